//! What known defects added to the score of a part, and which of them it resembles.

use egui::Ui;

use crate::command::Command;
use crate::tab_context::TabContext;
use fettle_domain::{ImageLabel, KnownDefectsTerm, KnownImage, ProductCode, Resemblance};
use fettle_i18n::Value;

/// Shows by how much known defects changed the score, and links to those that the part of `product`
/// resembles most, where they did: a registered image in the library, a judged part in the history.
pub(super) fn show(
    ui: &mut Ui,
    cx: &mut TabContext<'_>,
    term: &KnownDefectsTerm,
    image_score: f32,
    product: &ProductCode,
) {
    if term.added == 0.0 {
        return;
    }
    let values = [
        ("score", Value::Text(format!("{image_score:.2}"))),
        ("without", Value::Text(format!("{:.2}", image_score - term.added))),
        ("added", Value::Text(format!("{:+.2}", term.added))),
    ];
    ui.label(cx.localizer.with("known-added", &values));
    if term.resembles.is_empty() {
        return;
    }
    ui.label(cx.text("known-resembles"));
    for one in &term.resembles {
        let text = text(cx, one, product);
        match opens(one, product) {
            None => drop(ui.label(text)),
            Some(command) => {
                let link = ui.link(text);
                let hint = one.path.clone().unwrap_or_else(|| cx.text("search-open-inspection"));
                if link.on_hover_text(hint).clicked() {
                    cx.send(command);
                }
            }
        }
    }
}

fn text(cx: &TabContext<'_>, one: &Resemblance, product: &ProductCode) -> String {
    let defect = match &one.defect {
        Some(defect) => cx.defect_name(Some(product), defect),
        None => cx.text("known-unnamed"),
    };
    let percent = Value::Number { value: f64::from(one.similarity) * 100.0, digits: 0 };
    cx.localizer.with("known-resembled", &[("defect", defect.into()), ("percent", percent)])
}

/// The command that shows the picture of a known defect; `None` where it is no longer registered.
fn opens(one: &Resemblance, product: &ProductCode) -> Option<Command> {
    match one.image {
        KnownImage::Judged { inspection } => Some(Command::OpenInspection(inspection)),
        KnownImage::Registered(_) => {
            let label = ImageLabel::Defect(one.defect.clone()?);
            Some(Command::ShowInLibrary(product.clone(), label, one.path.clone()?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::{ImageId, InspectionId};

    #[test]
    fn a_known_defect_opens_where_its_picture_is() {
        let product: ProductCode = "casting".parse().unwrap();
        let hole: fettle_domain::DefectCode = "hole".parse().unwrap();
        let registered = KnownImage::Registered(ImageId(3));
        let judged = KnownImage::Judged { inspection: InspectionId(8) };
        let in_library = Command::ShowInLibrary(
            product.clone(),
            ImageLabel::Defect(hole.clone()),
            "a.png".into(),
        );
        // Picture, its file, its defect, what a click does.
        let cases = [
            (registered, Some("a.png"), Some(&hole), Some(in_library)),
            (registered, None, Some(&hole), None),
            (judged, None, None, Some(Command::OpenInspection(InspectionId(8)))),
        ];
        for (image, path, defect, expected) in cases {
            let path = path.map(str::to_owned);
            let one = Resemblance { image, path, defect: defect.cloned(), similarity: 0.9 };
            assert_eq!(opens(&one, &product), expected);
        }
    }
}
