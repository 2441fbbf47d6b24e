//! What the demo world consists of: `assets/demo/recipe.json`, built into the program.

use serde::Deserialize;

use super::casting::CastingFlaw;
use super::error::{DemoError, Result};
use super::leather::LeatherFlaw;
use fettle_domain::{DefectCode, DefectType, Product, ProductCode};

const RECIPE: &str = include_str!("../../assets/demo/recipe.json");

/// Seed, products, counts and the manuals' texts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recipe {
    pub(super) seed: u64,
    pub(super) products: Vec<ProductRecipe>,
}

/// One product.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductRecipe {
    pub(super) code: ProductCode,
    name_ko: String,
    name_en: String,
    /// How many sound parts to fit a memory bank with.
    pub(super) normals: u32,
    /// How many pictures of each defect to register.
    pub(super) images_per_defect: u32,
    pub(super) defects: Vec<DefectRecipe>,
    pub(super) inspect: Vec<InspectRecipe>,
    pub(super) manual: ManualRecipe,
}

/// One defect type.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DefectRecipe {
    pub(super) code: DefectCode,
    name_ko: String,
    name_en: String,
    full_name: String,
    /// How it is drawn.
    pub(super) look: Look,
}

/// A held-out picture to inspect.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InspectRecipe {
    /// Its file name without extension.
    pub(super) name: String,
    /// What is wrong with it; `None`: nothing.
    pub(super) defect: Option<DefectCode>,
}

/// What a defect looks like, which also says what surface its product has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Look {
    Hole,
    Burr,
    Scratch,
    Cut,
    Colour,
}

/// A surface with, perhaps, a flaw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surface {
    Casting(Option<CastingFlaw>),
    Leather(Option<LeatherFlaw>),
}

impl Look {
    /// The surface that has this flaw.
    pub(super) fn flawed(self) -> Surface {
        match self {
            Self::Hole => Surface::Casting(Some(CastingFlaw::Hole)),
            Self::Burr => Surface::Casting(Some(CastingFlaw::Burr)),
            Self::Scratch => Surface::Casting(Some(CastingFlaw::Scratch)),
            Self::Cut => Surface::Leather(Some(LeatherFlaw::Cut)),
            Self::Colour => Surface::Leather(Some(LeatherFlaw::Colour)),
        }
    }
}

impl Surface {
    /// The same surface without a flaw.
    pub(super) fn sound(self) -> Self {
        match self {
            Self::Casting(_) => Self::Casting(None),
            Self::Leather(_) => Self::Leather(None),
        }
    }
}

/// A corrective-action manual.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManualRecipe {
    pub(super) title: String,
    pub(super) sections: Vec<SectionRecipe>,
    pub(super) summary: SummaryRecipe,
}

/// What the manual says of one defect.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SectionRecipe {
    pub(super) heading: String,
    pub(super) causes: Vec<String>,
    pub(super) actions: Vec<String>,
}

/// The closing table.
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
    /// The product as the library registers it.
    pub(super) fn product(&self) -> Product {
        Product {
            code: self.code.clone(),
            name_ko: self.name_ko.clone(),
            name_en: self.name_en.clone(),
        }
    }

    /// Its defect types as the library registers them.
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

    /// The sound surface of this product.
    pub(super) fn surface(&self) -> Result<Surface> {
        let first = self.defects.first().map(|defect| defect.look.flawed().sound());
        first.ok_or_else(|| DemoError::BadRecipe(format!("'{}' has no defects", self.code)))
    }

    /// The surface with the flaw of that code.
    pub(super) fn flawed(&self, code: &DefectCode) -> Result<Surface> {
        let found = self.defects.iter().find(|defect| &defect.code == code);
        found.map(|defect| defect.look.flawed()).ok_or_else(|| {
            DemoError::BadRecipe(format!("'{}' has no defect '{code}' to inspect", self.code))
        })
    }

    fn check(&self) -> Result<()> {
        let surface = self.surface()?;
        if self.defects.iter().any(|defect| defect.look.flawed().sound() != surface) {
            return Err(DemoError::BadRecipe(format!("'{}' mixes surfaces", self.code)));
        }
        for defect in self.inspect.iter().filter_map(|inspect| inspect.defect.as_ref()) {
            self.flawed(defect)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_recipe_is_whole() {
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
