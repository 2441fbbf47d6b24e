//! The passages that a question is put to.

use crate::error::Result;
use crate::jobs::manual::in_force::manuals_in_force;
use crate::jobs::manual::manual_text::manual_text;
use crate::protocol::JobContext;
use fettle_domain::{DefectCode, DefectType, ManualId, Product, ProductCode, RegisteredManual};
use fettle_manuals::{Chunk, chunks};

/// The manuals in force of one product or of all, with what the library knows of those products.
pub(super) struct Corpus {
    pub(super) manuals: Vec<(RegisteredManual, Vec<Chunk>)>,
    pub(super) products: Vec<Product>,
    /// Defect types of these products.
    pub(super) defects: Vec<DefectType>,
}

/// A passage with its manual and the number of its section.
#[derive(Clone, Copy)]
pub(super) struct Passage<'a> {
    pub(super) manual: &'a RegisteredManual,
    pub(super) chunk: &'a Chunk,
    pub(super) section: usize,
}

impl Corpus {
    /// The passages of `product`, or of all; those of `defect` alone where one is given.
    pub(super) fn read(
        job: &JobContext,
        product: Option<ProductCode>,
        defect: Option<&DefectCode>,
    ) -> Result<Self> {
        let mut manuals = Vec::new();
        for manual in manuals_in_force(job, product.clone())? {
            let mut chunks = chunks(&manual_text(job, &manual)?);
            if let Some(defect) = defect {
                chunks.retain(|chunk| chunk.defect.as_ref() == Some(defect));
            }
            manuals.push((manual, chunks));
        }
        let (products, defects) = job.library(move |library| {
            let mut products = library.products()?;
            products.retain(|one| product.as_ref().is_none_or(|wanted| *wanted == one.code));
            let mut defects = Vec::new();
            for product in &products {
                defects.extend(library.defect_types(&product.code)?);
            }
            Ok((products, defects))
        })?;
        Ok(Self { manuals, products, defects })
    }

    /// All passages in order. Passages of one manual under one heading are a section.
    pub(super) fn passages(&self) -> Vec<Passage<'_>> {
        let mut sections: Vec<(ManualId, &str)> = Vec::new();
        let mut passages = Vec::new();
        for (manual, chunks) in &self.manuals {
            for chunk in chunks {
                let key = (manual.id, chunk.heading.as_str());
                let section = sections.iter().position(|section| *section == key);
                let section = section.unwrap_or_else(|| {
                    sections.push(key);
                    sections.len() - 1
                });
                passages.push(Passage { manual, chunk, section });
            }
        }
        passages
    }

    /// The names of a product, as one text.
    pub(super) fn product_names(&self, code: &ProductCode) -> String {
        let product = self.products.iter().find(|product| product.code == *code);
        product.map_or_else(String::new, |Product { code, name_ko, name_en }| {
            format!("{name_ko} {name_en} {code}")
        })
    }

    /// The names of the defect type of a passage, as one text.
    pub(super) fn defect_names(&self, passage: &Passage<'_>) -> String {
        let defect = passage.chunk.defect.as_ref().and_then(|code| {
            let product = &passage.manual.product;
            self.defects.iter().find(|defect| defect.code == *code && defect.product == *product)
        });
        defect.map_or_else(String::new, |defect| {
            format!("{} {} {}", defect.name_ko, defect.name_en, defect.code)
        })
    }
}
