//! Learning from known defects in the background, as soon as there are other ones.

use std::collections::BTreeMap;
use std::time::Duration;

use egui::Context;

use super::learning_queue::{LearnTrigger, LearningQueue};
use crate::command::Command;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::bank_words::known_defects_text;
use fettle_domain::ProductCode;
use fettle_engine::{EngineError, LearnDefects, LearnedDefects, LimitChange, Rethreshold};
use fettle_i18n::Value;

/// The products to learn, and those being learned: each at most once in either.
#[derive(Default)]
pub(crate) struct DefectLearning {
    /// In egui's time.
    waiting: LearningQueue,
    running: BTreeMap<ProductCode, (Task<LearnedDefects>, LearnTrigger)>,
}

impl DefectLearning {
    /// Notes that the known defects of `product` changed. Without a bank there is nothing to teach.
    pub(crate) fn defects_changed(
        &mut self,
        ctx: &Context,
        cx: &TabContext<'_>,
        product: &ProductCode,
    ) {
        let known = cx.catalogue.product(product);
        if known.is_none_or(|summary| summary.bank_version.is_none()) {
            return;
        }
        self.waiting.changed(product.clone(), ctx.input(|input| input.time));
    }

    /// Notes that a person asked to learn `product`.
    pub(crate) fn learn(&mut self, ctx: &Context, product: ProductCode) {
        self.waiting.asked(product, ctx.input(|input| input.time));
    }

    /// Starts what is due and takes what was learned.
    pub(crate) fn poll(&mut self, ctx: &Context, cx: &mut TabContext<'_>) {
        self.running.retain(|product, (task, trigger)| match task.poll() {
            None => true,
            Some(answer) => {
                report(cx, product, *trigger, answer);
                false
            }
        });
        let now = ctx.input(|input| input.time);
        for (product, trigger) in
            self.waiting.take_due(now, |product| self.running.contains_key(product))
        {
            if let Some(task) = cx.start(LearnDefects { product: product.clone() }) {
                self.running.insert(product, (task, trigger));
            }
        }
        if let Some(next) = self.waiting.next() {
            ctx.request_repaint_after(Duration::from_secs_f64((next - now).max(0.05)));
        }
    }
}

/// Says what was learned, with a button that takes a change of the limits back.
fn report(
    cx: &mut TabContext<'_>,
    product: &ProductCode,
    trigger: LearnTrigger,
    answer: Result<LearnedDefects, EngineError>,
) {
    let learned = match answer {
        Ok(learned) => learned,
        Err(EngineError::Cancelled) => return,
        Err(error) => return cx.toasts.error(error.explain(cx.localizer.language)),
    };
    // The anomaly tab counts the known defects anew.
    cx.send(Command::LibraryChanged(None));
    let is_change = learned.is_change();
    if !is_change && trigger == LearnTrigger::Background {
        return;
    }
    let known = learned.known.as_ref();
    let what = known.map_or_else(|| cx.text("known-none"), |known| known_defects_text(cx, known));
    let values = [
        ("product", Value::from(cx.product_name(product))),
        ("what", what.into()),
        ("unsure", learned.thresholds.unsure.into()),
        ("before-unsure", learned.before.unsure.into()),
        ("image", learned.thresholds.image.into()),
        ("before-image", learned.before.image.into()),
    ];
    if is_change {
        let text = cx.localizer.with("known-learned", &values);
        let undo = Rethreshold { product: product.clone(), change: LimitChange::Undo };
        cx.toasts.done_with_action(text, cx.text("judge-undo"), Command::Rethreshold(undo));
    } else {
        cx.toasts.done(cx.localizer.with("known-learned-nothing", &values));
    }
}
