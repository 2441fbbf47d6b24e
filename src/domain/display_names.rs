//! Display names of products and defect types, by language.

use super::{DefectCode, DefectType, Language, Product, ProductCode};

/// The first name that is not empty.
fn first_of(names: [&str; 3]) -> &str {
    names.into_iter().find(|name| !name.is_empty()).unwrap_or_default()
}

impl Product {
    /// The name in `language`, else the name in the other language, else the code.
    pub fn name(&self, language: Language) -> &str {
        match language {
            Language::Ko => first_of([&self.name_ko, &self.name_en, self.code.as_str()]),
            Language::En => first_of([&self.name_en, &self.name_ko, self.code.as_str()]),
        }
    }

    /// The name followed by the code in brackets; the code alone where there is no name.
    pub fn name_and_code(&self, language: Language) -> String {
        match self.name(language) {
            name if name == self.code.as_str() => name.to_owned(),
            name => format!("{name} ({})", self.code),
        }
    }
}

impl DefectType {
    /// The name in `language`, else the code.
    pub fn name(&self, language: Language) -> &str {
        match language {
            Language::Ko => first_of([&self.name_ko, self.code.as_str(), ""]),
            Language::En => first_of([&self.name_en, self.code.as_str(), ""]),
        }
    }
}

/// Display names of all registered products and defect types. Others are shown by their code.
#[derive(Debug, Clone, Default)]
pub struct DisplayNames {
    /// All registered products.
    pub products: Vec<Product>,
    /// All registered defect types.
    pub defects: Vec<DefectType>,
}

impl DisplayNames {
    /// The name of a product.
    pub fn product(&self, language: Language, code: &ProductCode) -> String {
        let known = self.products.iter().find(|product| product.code == *code);
        known.map_or_else(|| code.to_string(), |product| product.name(language).to_owned())
    }

    /// The name of a product's defect type.
    pub fn defect(
        &self,
        language: Language,
        product: Option<&ProductCode>,
        code: &DefectCode,
    ) -> String {
        let matches = |one: &&DefectType| Some(&one.product) == product && one.code == *code;
        let known = self.defects.iter().find(matches);
        known.map_or_else(|| code.to_string(), |defect| defect.name(language).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_back_to_the_other_language_and_to_the_code() {
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
        let names = DisplayNames { products: Vec::new(), defects: vec![hole.clone()] };
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
