//! Product and defect that a record of a file names.

use fettle_domain::{
    ActionDraft, ActionSubject, DefectCode, DisplayNames, Product, ProductCode, normal_form,
};
use fettle_manuals::named_defects;

/// What a record is about; `None` where its product is none that is known, or where it names none and
/// there is no `given` one. What it names is never taken for another.
pub(super) fn subject_of(
    draft: &ActionDraft,
    given: Option<&ProductCode>,
    names: &DisplayNames,
) -> Option<ActionSubject> {
    let product = if letters(&draft.product).is_empty() {
        given.cloned()?
    } else {
        named_product(&draft.product, &names.products)?
    };
    let defect = named_defect(draft, &product, names);
    Some(ActionSubject { product, defect, inspection: None })
}

/// The product with the longest name in `text`: by code, Korean or English name.
fn named_product(text: &str, products: &[Product]) -> Option<ProductCode> {
    let text = letters(text);
    let forms = products.iter().flat_map(|product| {
        let names = [product.code.as_str(), &product.name_ko, &product.name_en];
        names.map(|name| (letters(name), &product.code))
    });
    let mut found: Vec<(String, &ProductCode)> = forms
        .filter(|(form, _)| form.chars().count() >= 2 || *form == text)
        .filter(|(form, _)| !form.is_empty() && text.contains(form.as_str()))
        .collect();
    found.sort_by_key(|(form, _)| std::cmp::Reverse(form.chars().count()));
    let (longest, code) = found.first()?;
    let rivals = found.iter().take_while(|(form, _)| form.len() == longest.len());
    rivals.into_iter().all(|(_, other)| other == code).then(|| (*code).clone())
}

/// The only defect type of the product that the record names, in its own place or else in its
/// problem.
fn named_defect(
    draft: &ActionDraft,
    product: &ProductCode,
    names: &DisplayNames,
) -> Option<DefectCode> {
    let own: Vec<_> =
        names.defects.iter().filter(|defect| defect.product == *product).cloned().collect();
    let text = if draft.defect.is_empty() { &draft.entry.problem } else { &draft.defect };
    match named_defects(text, &own).as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

fn letters(text: &str) -> String {
    let text = normal_form(text);
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::{ActionEntry, DefectType};

    #[test]
    fn names_of_products_and_defects_are_found_in_what_people_write() {
        let product = |code: &str, name_ko: &str, name_en: &str| Product {
            code: code.parse().unwrap(),
            name_ko: name_ko.into(),
            name_en: name_en.into(),
        };
        let defect = |product: &str, code: &str, name_ko: &str| DefectType {
            product: product.parse().unwrap(),
            code: code.parse().unwrap(),
            name_ko: name_ko.into(),
            name_en: code.into(),
            full_name: format!("{code} ({name_ko})"),
        };
        let names = DisplayNames {
            products: vec![
                product("prod1", "주조제품 A형", "Casting A"),
                product("prod10", "주조제품", "Casting"),
            ],
            defects: vec![
                defect("prod1", "hole", "기공"),
                defect("prod1", "burr", "날개 버"),
                defect("prod10", "color", "오염·얼룩"),
            ],
        };
        // Product, defect and problem of the file, given product; expected.
        let cases = [
            ("prod1", "hole", "", None, Some(("prod1", Some("hole")))),
            ("PROD10", "얼룩 불량", "", None, Some(("prod10", Some("color")))),
            ("주조제품 A형 (품번 77)", "기공 (hole)", "", None, Some(("prod1", Some("hole")))),
            ("casting a", "기공, 날개 버", "", None, Some(("prod1", None))),
            ("casting a", "균열", "", None, Some(("prod1", None))),
            ("", "", "표면에 기공 12건", Some("prod1"), Some(("prod1", Some("hole")))),
            ("브래킷", "기공", "", Some("prod1"), None),
            ("-", "기공", "", Some("prod1"), Some(("prod1", Some("hole")))),
            ("브래킷", "기공", "", None, None),
            ("", "기공", "", None, None),
        ];
        for (product, defect, problem, given, expected) in cases {
            let entry = ActionEntry { problem: problem.into(), ..ActionEntry::default() };
            let draft = ActionDraft {
                place: 1,
                product: product.into(),
                defect: defect.into(),
                entry,
                warnings: Vec::new(),
            };
            let given: Option<ProductCode> = given.map(|code| code.parse().unwrap());
            let found = subject_of(&draft, given.as_ref(), &names);
            let found = found.map(|one| (one.product, one.defect));
            let expected = expected.map(|(product, defect)| {
                (product.parse().unwrap(), defect.map(|code| code.parse().unwrap()))
            });
            assert_eq!(found, expected, "{draft:?}");
        }
    }
}
