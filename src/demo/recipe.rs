//! The description of the demo world: `assets/demo/recipe.json`, built into the program.

use serde::Deserialize;

use super::error::{DemoError, Result};
use super::surface::{DefectAppearance, Surface};
use fettle_domain::{DefectCode, DefectType, Product, ProductCode};

const RECIPE: &str = include_str!("../../assets/demo/recipe.json");

/// Random seed and products of the demo world.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recipe {
    pub(super) seed: u64,
    pub(super) products: Vec<ProductRecipe>,
}

/// A product.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductRecipe {
    pub(super) code: ProductCode,
    name_ko: String,
    name_en: String,
    /// Number of normal images, for the memory bank.
    pub(super) normals: u32,
    /// Number of images of each defect type, for the similarity search.
    pub(super) images_per_defect: u32,
    pub(super) defects: Vec<DefectRecipe>,
    pub(super) inspect: Vec<InspectRecipe>,
    pub(super) manual: ManualRecipe,
}

/// A defect type.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DefectRecipe {
    pub(super) code: DefectCode,
    name_ko: String,
    name_en: String,
    full_name: String,
    /// How the defect is rendered.
    #[serde(rename = "look")]
    pub(super) appearance: DefectAppearance,
}

/// A held-out image to inspect.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InspectRecipe {
    /// File name, without extension.
    pub(super) name: String,
    /// The defect; `None` for a sound part.
    pub(super) defect: Option<DefectCode>,
}

/// A corrective-action manual.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManualRecipe {
    pub(super) title: String,
    pub(super) sections: Vec<SectionRecipe>,
    pub(super) summary: SummaryRecipe,
}

/// The manual's section about one defect.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SectionRecipe {
    pub(super) heading: String,
    pub(super) causes: Vec<String>,
    pub(super) actions: Vec<String>,
}

/// The summary table at the end of a manual.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SummaryRecipe {
    pub(super) heading: String,
    pub(super) columns: [String; 4],
    pub(super) rows: Vec<[String; 4]>,
}

impl Recipe {
    /// The recipe built into the program.
    pub(super) fn built_in() -> Result<Self> {
        let recipe: Self = serde_json::from_str(RECIPE)
            .map_err(|error| DemoError::BadRecipe(error.to_string()))?;
        for product in &recipe.products {
            product.check()?;
        }
        Ok(recipe)
    }
}

impl ProductRecipe {
    /// The product, for the library.
    pub(super) fn product(&self) -> Product {
        Product {
            code: self.code.clone(),
            name_ko: self.name_ko.clone(),
            name_en: self.name_en.clone(),
        }
    }

    /// The defect types, for the library.
    pub(super) fn defect_types(&self) -> Vec<DefectType> {
        self.defects
            .iter()
            .map(|defect| DefectType {
                product: self.code.clone(),
                code: defect.code.clone(),
                name_ko: defect.name_ko.clone(),
                name_en: defect.name_en.clone(),
                full_name: defect.full_name.clone(),
            })
            .collect()
    }

    /// The surface of a sound part.
    pub(super) fn sound_surface(&self) -> Result<Surface> {
        let first = self.defects.first().map(|defect| defect.appearance.surface().without_flaw());
        first.ok_or_else(|| DemoError::BadRecipe(format!("'{}' has no defects", self.code)))
    }

    /// The surface of a part with a defect.
    pub(super) fn surface_with(&self, code: &DefectCode) -> Result<Surface> {
        let found = self.defects.iter().find(|defect| &defect.code == code);
        found.map(|defect| defect.appearance.surface()).ok_or_else(|| {
            DemoError::BadRecipe(format!("'{}' has no defect '{code}' to inspect", self.code))
        })
    }

    /// Checks that all defects are of one surface and that those to inspect exist.
    fn check(&self) -> Result<()> {
        let surface = self.sound_surface()?;
        if self.defects.iter().any(|defect| defect.appearance.surface().without_flaw() != surface) {
            return Err(DemoError::BadRecipe(format!("'{}' mixes surfaces", self.code)));
        }
        for defect in self.inspect.iter().filter_map(|inspect| inspect.defect.as_ref()) {
            self.surface_with(defect)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_recipe_is_complete() {
        let recipe = Recipe::built_in().unwrap();
        let codes: Vec<_> = recipe.products.iter().map(|p| p.code.as_str()).collect();
        assert_eq!(codes, ["prod1", "leather"]);
        for product in &recipe.products {
            let headings: Vec<_> = product.manual.sections.iter().map(|s| &s.heading).collect();
            let names: Vec<_> = product.defects.iter().map(|d| &d.full_name).collect();
            assert_eq!(headings, names, "every defect has its section");
            assert_eq!(product.manual.summary.rows.len(), names.len());
            for section in &product.manual.sections {
                for bullets in [&section.causes, &section.actions] {
                    assert!((3..=4).contains(&bullets.len()), "{}", section.heading);
                }
            }
        }
    }
}
