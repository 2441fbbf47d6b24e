//! Product and defect that a record of a file names.

use fettle_domain::hangul::is_hangul;
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
    let product = if Letters::of(&draft.product).letters.is_empty() {
        given.cloned()?
    } else {
        named_product(&draft.product, &names.products)?
    };
    let defect = named_defect(draft, &product, names);
    Some(ActionSubject { product, defect, inspection: None })
}

/// The product with the longest name in `text`, as words of it: by code, Korean or English name.
fn named_product(text: &str, products: &[Product]) -> Option<ProductCode> {
    let text = Letters::of(text);
    let forms = products.iter().flat_map(|product| {
        let names = [product.code.as_str(), &product.name_ko, &product.name_en];
        names.map(|name| (Letters::of(name).letters, &product.code))
    });
    let mut found: Vec<(Vec<char>, &ProductCode)> = forms
        .filter(|(form, _)| form.len() >= 2 || *form == text.letters)
        .filter(|(form, _)| text.has_words(form))
        .collect();
    found.sort_by_key(|(form, _)| std::cmp::Reverse(form.len()));
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

/// The letters and digits of a text in lower case, and where words begin among them: after anything
/// else, and where Hangul meets other letters. So `Casting-A` is `casting a`, and `prod12` is not
/// `prod1`.
struct Letters {
    letters: Vec<char>,
    /// For each letter, whether a word begins with it.
    begins: Vec<bool>,
}

impl Letters {
    fn of(text: &str) -> Self {
        let (mut letters, mut begins) = (Vec::new(), Vec::new());
        let mut before: Option<char> = None;
        for letter in normal_form(text).chars() {
            let is_letter = letter.is_alphanumeric();
            if is_letter {
                let is_inside = before.is_some_and(|one| is_hangul(one) == is_hangul(letter));
                for (nth, lower) in letter.to_lowercase().enumerate() {
                    letters.push(lower);
                    begins.push(nth == 0 && !is_inside);
                }
            }
            before = is_letter.then_some(letter);
        }
        Self { letters, begins }
    }

    /// Whether `form` is a run of whole words.
    fn has_words(&self, form: &[char]) -> bool {
        let is_edge = |at: usize| self.begins.get(at).is_none_or(|begins| *begins);
        !form.is_empty()
            && (self.letters.windows(form.len()).enumerate())
                .any(|(at, letters)| letters == form && is_edge(at) && is_edge(at + form.len()))
    }
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
            ("Casting-A/2", "hole", "", None, Some(("prod1", Some("hole")))),
            ("라인2 prod1호기", "hole", "", None, Some(("prod1", Some("hole")))),
            // The names of others, in which that of a known product stands.
            ("prod12", "hole", "", None, None),
            ("xprod1", "hole", "", None, None),
            ("castings", "color", "", None, None),
            ("신주조제품", "color", "", None, None),
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
