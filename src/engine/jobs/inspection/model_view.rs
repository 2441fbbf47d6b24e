//! The view stage: a vision language model describes the pictures. The description stands beside
//! the report and is never part of it.
//!
//! The prompt holds pictures and a fixed question, no text from outside, so there are no
//! instructions to inject. Only people read the answer.

use std::ops::ControlFlow;
use std::time::Instant;

use image::RgbImage;
use image::imageops::{self, FilterType};

use super::model_answers::OnText;
use crate::error::Result;
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::{
    ChatMessage, ChatRole, Language, ModelId, ModelRole, ModelView, Sampling, ShownPicture,
    SkipReason, Stage, StopReason, Verdict,
};
use fettle_manuals::{StreamGuard, whole_sentences};
use fettle_report::Pictures;

/// Maximum number of tokens of a description.
const MAX_TOKENS: usize = 256;
/// Repetition penalty, above 1 so that a small model does not loop.
const REPEAT_PENALTY: f32 = 1.05;
/// Longer side of the part's picture, in pixels: a defect may be small.
const PART_SIDE: u32 = 768;
/// Longer side of the reference and of the overlay, in pixels.
const OTHER_SIDE: u32 = 512;

/// The model that describes a part with this `verdict`, or the reason why none does.
pub(super) fn view_model(
    job: &JobContext,
    verdict: Verdict,
) -> Result<Result<ModelId, SkipReason>> {
    if verdict == Verdict::Ok {
        return Ok(Err(SkipReason::PartIsOk));
    }
    let chosen = job.shared.chosen_for(ModelRole::VisionChat)?;
    Ok(chosen.ok_or(SkipReason::NoVisionChat))
}

/// Shows `model` the part, the normal reference and the anomaly map.
pub(super) fn view_stage(
    job: &JobContext,
    model: ModelId,
    (picture, pictures): (&RgbImage, Option<&Pictures>),
    on_text: OnText,
    watch: &mut Stopwatch,
) -> Result<Stage<ModelView>> {
    let language = job.shared.report_language();
    let mut all = vec![(ShownPicture::Part, downscaled(picture, PART_SIDE))];
    if let Some(pictures) = pictures {
        if let Some(reference) = &pictures.reference {
            all.push((ShownPicture::Reference, downscaled(reference, OTHER_SIDE)));
        }
        all.push((ShownPicture::Overlay, downscaled(&pictures.overlay, OTHER_SIDE)));
    }
    let (shown, images): (Vec<_>, Vec<_>) = all.into_iter().unzip();
    let messages = view_prompt(&shown, language);
    let sampling =
        Sampling { max_tokens: MAX_TOKENS, repeat_penalty: REPEAT_PENALTY, ..Sampling::default() };
    let cancel = job.cancel.clone();
    let answered = job.vision_chat(model.clone(), move |network, mut watch| {
        let start = Instant::now();
        let mut guard = StreamGuard::default();
        let outcome = network.generate(&images, &messages, &sampling, &mut |piece| {
            if cancel.is_cancelled() || guard.push(piece).is_err() {
                return ControlFlow::Break(());
            }
            if !piece.is_empty() {
                on_text(piece);
            }
            ControlFlow::Continue(())
        })?;
        watch.note("network.vision-chat", start);
        Ok((outcome, guard.finish(), watch.timings))
    });
    let (outcome, guarded, timings) = answered?;
    job.check()?;
    watch.timings.extend(timings);
    tracing::debug!(%model, ?outcome, "the model's view");
    let text = match guarded {
        Ok(()) => plain_text(&outcome.text, outcome.stop),
        Err(_) => Err("view-babble"),
    };
    Ok(match text {
        Ok(text) => Stage::Done(ModelView { model, language, text, shown }),
        Err(id) => {
            let values = [("model", model.to_string().into())];
            Stage::Failed { message: fettle_i18n::text_with(language, id, &values) }
        }
    })
}

/// `picture`, downscaled to a longer side of `side` pixels if larger.
fn downscaled(picture: &RgbImage, side: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let longer = width.max(height);
    if longer <= side {
        return picture.clone();
    }
    let shrunk = |length: u32| {
        let rounded =
            (u64::from(length) * u64::from(side) + u64::from(longer) / 2) / u64::from(longer);
        u32::try_from(rounded).unwrap_or(side).max(1)
    };
    imageops::resize(picture, shrunk(width), shrunk(height), FilterType::Triangle)
}

/// The prompt about the pictures `shown`.
fn view_prompt(shown: &[ShownPicture], language: Language) -> Vec<ChatMessage> {
    let numbered = |name: fn(&ShownPicture) -> &'static str, before: &str, after: &str| {
        let lines = (1..)
            .zip(shown)
            .map(|(n, picture)| format!("{before}{n}{after}: {}.\n", name(picture)));
        lines.collect::<String>()
    };
    let compares = shown.contains(&ShownPicture::Reference);
    let (system, user) = match language {
        Language::Ko => (
            "공장 부품의 사진을 보고 보이는 것만 한국어로 짧게 쓴다. \
             원인, 조치, 합격 여부는 쓰지 않는다. 확실하지 않으면 확실하지 않다고 쓴다.",
            format!(
                "{}어디에 무엇이 보이는지{} 세 문장 이내로 써라.",
                numbered(
                    |picture| match picture {
                        ShownPicture::Part => "검사한 부품",
                        ShownPicture::Reference => "정상 부품",
                        ShownPicture::Overlay =>
                            "검사한 부품에 이상이 의심되는 곳을 색으로 칠한 그림, 붉을수록 더 의심됨",
                    },
                    "사진 ",
                    ""
                ),
                if compares { ", 정상 부품과 무엇이 다른지" } else { "" }
            ),
        ),
        Language::En => (
            "You look at pictures of factory parts and write only what you see, briefly, in \
             English. Write no causes, no actions and no verdict. Where you are not sure, say so.",
            format!(
                "{}Say in at most three sentences what you see and where{}.",
                numbered(
                    |picture| match picture {
                        ShownPicture::Part => "the part inspected",
                        ShownPicture::Reference => "a normal part",
                        ShownPicture::Overlay =>
                            "the part inspected, with suspicious places coloured, red the most",
                    },
                    "Picture ",
                    ""
                ),
                if compares { ", and how it differs from the normal part" } else { "" }
            ),
        ),
    };
    vec![
        ChatMessage { role: ChatRole::System, content: system.to_owned() },
        ChatMessage { role: ChatRole::User, content: user },
    ]
}

/// The answer as plain text, or the id of the message that says why it is not shown.
fn plain_text(answer: &str, stop: StopReason) -> Result<String, &'static str> {
    let plain: String = answer.chars().filter(|c| !"*#`".contains(*c)).collect();
    let text = match stop {
        // An unfinished sentence may say the opposite of the whole one.
        StopReason::Length => whole_sentences(&plain),
        _ => &plain,
    };
    if text.is_empty() && !plain.is_empty() {
        return Err("view-babble");
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().any(char::is_alphanumeric) { Ok(text) } else { Err("view-empty") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_that_ends_is_shown() {
        let (done, length) = (StopReason::EndOfTurn, StopReason::Length);
        // given, expect
        let cases = [
            (
                "왼쪽 위에 **구멍**이 보입니다.\n둥급니다.",
                done,
                Ok("왼쪽 위에 구멍이 보입니다. 둥급니다."),
            ),
            ("A hole. It is rou", length, Ok("A hole.")),
            ("A hole. It is 4.5 mm wi", length, Ok("A hole.")),
            ("A hole without an end", length, Err("view-babble")),
            ("A hole without an end", done, Ok("A hole without an end")),
            ("", done, Err("view-empty")),
            (" \n… ", done, Err("view-empty")),
        ];
        for (given, stop, expect) in cases {
            assert_eq!(plain_text(given, stop), expect.map(str::to_owned), "{given}");
        }
    }

    #[test]
    fn the_question_numbers_what_is_shown_and_compares_only_with_what_is_there() {
        let all = [ShownPicture::Part, ShownPicture::Reference, ShownPicture::Overlay];
        let asked = |shown: &[ShownPicture], language| {
            view_prompt(shown, language)
                .into_iter()
                .map(|m| m.content)
                .collect::<Vec<_>>()
                .join("\n")
        };
        insta::assert_snapshot!("view_ko", asked(&all, Language::Ko));
        insta::assert_snapshot!("view_en", asked(&all, Language::En));
        let alone = asked(&all[..1], Language::En);
        assert!(!alone.contains("normal") && !alone.contains("Picture 2"), "{alone}");
    }

    #[test]
    fn what_is_shown_is_no_larger_than_it_need_be() {
        for (given, side, expect) in [
            ((300, 200), 768, (300, 200)),
            ((3000, 2000), 768, (768, 512)),
            ((5, 4000), 512, (1, 512)),
        ] {
            let picture = RgbImage::new(given.0, given.1);
            assert_eq!(downscaled(&picture, side).dimensions(), expect, "{given:?}");
        }
    }
}
