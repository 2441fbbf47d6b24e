//! What products and defects are called, in a person's language.

use super::{DefectCode, DefectType, Language, Product, ProductCode};

/// The first of these that is not empty.
fn first(names: [&str; 3]) -> &str {
    names.into_iter().find(|name| !name.is_empty()).unwrap_or_default()
}

impl Product {
    /// Its name in `language`; where it has none, the one in the other; else its code.
    pub fn name(&self, language: Language) -> &str {
        match language {
            Language::Ko => first([&self.name_ko, &self.name_en, self.code.as_str()]),
            Language::En => first([&self.name_en, &self.name_ko, self.code.as_str()]),
        }
    }

    /// Its name with its code in brackets; the code alone where it has no name.
    pub fn name_and_code(&self, language: Language) -> String {
        match self.name(language) {
            name if name == self.code.as_str() => name.to_owned(),
            name => format!("{name} ({})", self.code),
        }
    }
}

impl DefectType {
    /// Its name in `language`; where it has none, its code.
    pub fn name(&self, language: Language) -> &str {
        match language {
            Language::Ko => first([&self.name_ko, self.code.as_str(), ""]),
            Language::En => first([&self.name_en, self.code.as_str(), ""]),
        }
    }
}

/// The names of everything registered. What is not registered (any more) is called by its code.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// All products.
    pub products: Vec<Product>,
    /// All their defect types.
    pub defects: Vec<DefectType>,
}

impl Names {
    /// A product's name.
    pub fn product(&self, language: Language, code: &ProductCode) -> String {
        let known = self.products.iter().find(|product| product.code == *code);
        known.map_or_else(|| code.to_string(), |product| product.name(language).to_owned())
    }

    /// A defect's name.
    pub fn defect(
        &self,
        language: Language,
        product: Option<&ProductCode>,
        code: &DefectCode,
    ) -> String {
        let is_it = |one: &&DefectType| Some(&one.product) == product && one.code == *code;
        let known = self.defects.iter().find(is_it);
        known.map_or_else(|| code.to_string(), |defect| defect.name(language).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_in_the_language_or_else_what_there_is() {
        let code: ProductCode = "prod1".parse().unwrap();
        // Korean, English, name and code in each language.
        for (ko, en, in_ko, in_en) in [
            ("주조품", "Casting", "주조품 (prod1)", "Casting (prod1)"),
            ("주조품", "", "주조품 (prod1)", "주조품 (prod1)"),
            ("", "", "prod1", "prod1"),
        ] {
            let (name_ko, name_en) = (ko.to_owned(), en.to_owned());
            let product = Product { code: code.clone(), name_ko, name_en };
            assert_eq!(product.name_and_code(Language::Ko), in_ko);
            assert_eq!(product.name_and_code(Language::En), in_en);
        }
        let hole = DefectType {
            product: code.clone(),
            code: "hole".parse().unwrap(),
            name_ko: "기공".to_owned(),
            name_en: String::new(),
            full_name: "hole (기공)".to_owned(),
        };
        let names = Names { products: Vec::new(), defects: vec![hole.clone()] };
        let other = "prod2".parse().unwrap();
        for (product, ko, en) in
            [(Some(&code), "기공", "hole"), (Some(&other), "hole", "hole"), (None, "hole", "hole")]
        {
            assert_eq!(names.defect(Language::Ko, product, &hole.code), ko);
            assert_eq!(names.defect(Language::En, product, &hole.code), en);
        }
        assert_eq!(names.product(Language::Ko, &code), "prod1");
    }
}
