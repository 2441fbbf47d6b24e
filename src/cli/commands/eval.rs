//! `fettle eval`.

use super::known_defects::known_values;
use super::mask_notes::print_mask_notes;
use crate::terminal::Terminal;
use crate::{args, table};
use fettle_domain::ThresholdRule;
use fettle_engine::{ClassEvaluation, Engine, Evaluate, FEW_NORMALS, Quality};
use fettle_i18n::Value;

/// Message ids of the column heads.
const HEADS: [&str; 12] = [
    "eval-class",
    "eval-images",
    "eval-image-auroc",
    "eval-image-ap",
    "eval-image-f-max",
    "eval-pixel-auroc",
    "eval-pro",
    "eval-mask",
    "eval-overkill",
    "eval-escape",
    "eval-unsure",
    "eval-time",
];

pub(crate) fn run(engine: &Engine, terminal: &Terminal, args: &args::Eval) -> anyhow::Result<()> {
    let request = Evaluate {
        dataset: args.dataset.clone(),
        classes: args.products.clone(),
        ratio: args.ratio,
        seed: args.seed,
        rule: ThresholdRule::MaxOverkill { rate: args.max_overkill },
        known: args.known,
        recipe: args.input.recipe_choice(),
        out: args.out.clone(),
    };
    let found = terminal.run(engine, request)?;
    if args.json {
        return terminal.print_json(&found);
    }
    let mut table = vec![HEADS.map(|id| terminal.text(id, &[]))];
    table.extend(found.classes.iter().map(class_row));
    if found.classes.len() > 1 {
        let name = terminal.text("eval-mean", &[]);
        table.push(row(name, String::new(), &found.mean, String::new()));
    }
    table::print(terminal, &table);
    terminal.print_line("");
    for class in &found.classes {
        print_notes(terminal, class);
    }
    if let Some(path) = &found.written {
        terminal.print_field("label-written", &path.display().to_string());
    }
    Ok(())
}

fn class_row(class: &ClassEvaluation) -> [String; 12] {
    let images = format!("{}/{}/{}", class.train, class.good, class.defective);
    let ms: f64 = class.timings.iter().map(|timing| timing.ms).sum();
    row(class.class.clone(), images, &class.quality, format!("{ms:.1}"))
}

fn row(name: String, images: String, quality: &Quality, ms: String) -> [String; 12] {
    let metric = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.4}"));
    let percent = |value: Option<f64>| {
        value.map_or("–".to_owned(), |value| format!("{:.1} %", value * 100.0))
    };
    [
        name,
        images,
        metric(quality.image_auroc),
        metric(quality.image_ap),
        metric(quality.image_f1_max),
        metric(quality.pixel_auroc),
        metric(quality.pro),
        metric(quality.mask_iou),
        percent(quality.overkill),
        percent(quality.escape),
        percent(quality.unsure),
        ms,
    ]
}

fn print_notes(terminal: &Terminal, class: &ClassEvaluation) {
    print_mask_notes(terminal, class);
    if class.train < FEW_NORMALS {
        let values = [("class", class.class.clone().into()), ("count", class.train.into())];
        terminal.print_message("eval-few-normals", &values);
    }
    if let Some(rates) = class.rates.in_words(terminal.language()) {
        let percent = |share: f64| Value::Number { value: share * 100.0, digits: 1 };
        let expected = percent(class.rates.expected.expected_overkill);
        let values = [
            ("class", class.class.clone().into()),
            ("unsure", class.thresholds.unsure.into()),
            ("image", class.thresholds.image.into()),
            ("expected", expected),
            ("rates", rates.into()),
        ];
        terminal.print_message("eval-limits", &values);
        let quality = &class.quality;
        let values = [
            ("class", class.class.clone().into()),
            ("good", percent(quality.unsure_good.unwrap_or(0.0))),
            ("defective", percent(quality.unsure_defective.unwrap_or(0.0))),
            ("escape", percent(class.rates.expected.expected_escape.unwrap_or(0.0))),
        ];
        terminal.print_message("eval-zone", &values);
    }
    if let Some(known) = &class.learned {
        let text = terminal.text(known.message_id(), &known_values(known));
        terminal.print_line(&format!("{}: {text}", class.class));
    }
    let stages: Vec<String> =
        class.timings.iter().map(|timing| format!("{} {:.1}", timing.name, timing.ms)).collect();
    let values = [
        ("class", class.class.clone().into()),
        ("rows", class.rows.into()),
        ("seconds", Value::Number { value: class.fit_seconds, digits: 1 }),
        ("stages", stages.join(", ").into()),
    ];
    terminal.print_message("eval-stages", &values);
}
