//! Products, defect types and registered images.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::search::Rect;
use fettle_domain::{DefectType, ImageLabel, RegisteredImage};
use fettle_engine::{ProductSummary, RegisteredImages};

/// A defect type of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DefectType)]
pub(crate) struct DefectTypeDto {
    /// Its code, unique within the product.
    #[schema(example = "hole")]
    pub(crate) code: String,
    /// Its Korean name.
    #[schema(example = "기공")]
    pub(crate) name_ko: String,
    /// Its English name.
    pub(crate) name_en: String,
    /// Its name as the manual prints it.
    pub(crate) full_name: String,
    /// How many registered images show it; absent where they were not counted.
    pub(crate) images: Option<usize>,
}

impl DefectTypeDto {
    /// The defect type with a count of its images.
    pub(crate) fn of(defect: &DefectType, images: Option<usize>) -> Self {
        Self {
            code: defect.code.to_string(),
            name_ko: defect.name_ko.clone(),
            name_en: defect.name_en.clone(),
            full_name: defect.full_name.clone(),
            images,
        }
    }
}

/// A product, and what is registered of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Product)]
pub(crate) struct ProductDto {
    /// Its code.
    #[schema(example = "prod1")]
    pub(crate) code: String,
    /// Its Korean name.
    pub(crate) name_ko: String,
    /// Its English name.
    pub(crate) name_en: String,
    /// Its defect types.
    pub(crate) defects: Vec<DefectTypeDto>,
    /// How many normal images are registered.
    pub(crate) normal_images: usize,
    /// Names of its manuals' files.
    pub(crate) manuals: Vec<String>,
    /// Version of the memory bank in force.
    pub(crate) bank_version: Option<u32>,
}

impl From<&ProductSummary> for ProductDto {
    fn from(summary: &ProductSummary) -> Self {
        let defect =
            |(defect, images): &(DefectType, usize)| DefectTypeDto::of(defect, Some(*images));
        let name = |path: &String| fettle_domain::file_name_of(path).to_owned();
        Self {
            code: summary.product.code.to_string(),
            name_ko: summary.product.name_ko.clone(),
            name_en: summary.product.name_en.clone(),
            defects: summary.defects.iter().map(defect).collect(),
            normal_images: summary.normal_images,
            manuals: summary.manuals.iter().map(name).collect(),
            bank_version: summary.bank_version,
        }
    }
}

/// All products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ProductList {
    /// The products, by code.
    pub(crate) products: Vec<ProductDto>,
}

/// Names of a product.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ProductNames {
    /// Its Korean name; empty: as it was.
    #[schema(max_length = 400)]
    pub(crate) name_ko: String,
    /// Its English name; empty: as it was.
    #[schema(max_length = 400)]
    pub(crate) name_en: String,
}

/// Names of a defect type.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DefectNames {
    /// Its Korean name; absent: as it was.
    #[schema(max_length = 400)]
    pub(crate) name_ko: Option<String>,
    /// Its English name; absent: as it was.
    #[schema(max_length = 400)]
    pub(crate) name_en: Option<String>,
    /// Its name as the manual prints it; absent: as it was, or made of the others.
    #[schema(max_length = 400)]
    pub(crate) full_name: Option<String>,
}

/// A registered image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Image)]
pub(crate) struct ImageDto {
    /// Its number.
    pub(crate) id: i64,
    /// Its product.
    pub(crate) product: String,
    /// Its defect; absent for a normal part.
    pub(crate) defect: Option<String>,
    /// Name of its file.
    pub(crate) file_name: String,
    /// SHA-256 of its bytes.
    pub(crate) content_hash: String,
    /// Width in pixels.
    pub(crate) width_px: u32,
    /// Height in pixels.
    pub(crate) height_px: u32,
    /// The marked region of the defect.
    pub(crate) region: Option<Rect>,
    /// Where the picture is.
    pub(crate) picture: String,
}

impl From<&RegisteredImage> for ImageDto {
    fn from(image: &RegisteredImage) -> Self {
        Self {
            id: image.id.0,
            product: image.product.to_string(),
            defect: match &image.label {
                ImageLabel::Normal => None,
                ImageLabel::Defect(defect) => Some(defect.to_string()),
            },
            file_name: fettle_domain::file_name_of(&image.path).to_owned(),
            content_hash: image.content_hash.to_string(),
            width_px: image.width_px,
            height_px: image.height_px,
            region: image.region.map(|region| region.rect.into()),
            picture: format!("/api/v1/images/{}/picture", image.id),
        }
    }
}

/// Registered images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ImageList {
    /// The images.
    pub(crate) images: Vec<ImageDto>,
}

/// Which images to list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageQuery {
    /// The defect; absent: normal parts.
    pub(crate) defect: Option<String>,
}

/// Images to register, as a form.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form; the fields are read by name")]
#[serde(deny_unknown_fields)]
pub(crate) struct NewImages {
    /// The pictures, or zips of them; may be given several times.
    #[schema(value_type = Vec<String>, format = Binary)]
    images: Vec<Vec<u8>>,
    /// The defect that they show; absent: normal parts.
    defect: Option<String>,
}

/// What a registration did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Registration {
    /// Newly registered images.
    pub(crate) new: Vec<i64>,
    /// Images that were registered already.
    pub(crate) known: Vec<i64>,
    /// Files that were refused, and why.
    pub(crate) rejected: Vec<Refused>,
}

/// A file that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Refused {
    /// Its name.
    pub(crate) file_name: String,
    /// Why.
    pub(crate) reason: String,
}

impl Registration {
    /// What the registration did; `word` says errors in the caller's language.
    pub(crate) fn of(
        registered: &RegisteredImages,
        word: impl Fn(&fettle_engine::EngineError) -> String,
    ) -> Self {
        Self {
            new: registered.new.iter().map(|id| id.0).collect(),
            known: registered.known.iter().map(|id| id.0).collect(),
            rejected: registered
                .rejected
                .iter()
                .map(|rejected| Refused {
                    file_name: fettle_domain::file_name_of(&rejected.path.display().to_string())
                        .to_owned(),
                    reason: word(&rejected.error),
                })
                .collect(),
        }
    }
}
