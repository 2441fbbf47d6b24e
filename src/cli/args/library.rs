//! `fettle library`.

use std::path::PathBuf;

use clap::Subcommand;

use super::json::Json;
use super::region::region;
use fettle_domain::{DefectCode, DeletionId, ProductCode, RectPx};

/// `fettle library`.
#[derive(Debug, Subcommand)]
pub(crate) enum Library {
    /// List products, defect types, and how many images and manuals they have.
    List(Json),
    /// Register a product, or change its names.
    AddProduct {
        /// Short code: letters, digits, '-'.
        product: ProductCode,
        /// Korean name.
        #[arg(long, default_value = "")]
        name_ko: String,
        /// English name.
        #[arg(long, default_value = "")]
        name_en: String,
    },
    /// Register a defect type and images of it.
    AddDefect {
        /// The product.
        product: ProductCode,
        /// Short code of the defect type.
        defect: DefectCode,
        /// Images that show it: files, directories or zips.
        images: Vec<PathBuf>,
        /// Take the images of sub-folders, too.
        #[arg(long, short)]
        recursive: bool,
        /// The part of the image that shows it, in its pixels from the upper left corner: a search
        /// by a part of a picture finds it then. For one image.
        #[arg(long, value_name = "X,Y,WIDTH,HEIGHT", value_parser = region)]
        region: Option<RectPx>,
        /// Korean name.
        #[arg(long)]
        name_ko: Option<String>,
        /// English name.
        #[arg(long)]
        name_en: Option<String>,
        /// The name as the manual writes it.
        #[arg(long)]
        full_name: Option<String>,
        /// Print what became of the images as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Register images of sound parts.
    AddNormal {
        /// The product.
        product: ProductCode,
        /// Images: files, directories or zips.
        #[arg(required = true)]
        images: Vec<PathBuf>,
        /// Take the images of sub-folders, too.
        #[arg(long, short)]
        recursive: bool,
        /// Print what became of them as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take images out. Their files stay, since past inspections show them.
    Remove {
        /// The images' files in the workspace.
        #[arg(required = true)]
        images: Vec<PathBuf>,
    },
    /// Move images to another label of their product: --defect CODE, or --normal.
    Move {
        /// The images' files in the workspace.
        #[arg(required = true)]
        images: Vec<PathBuf>,
        /// The defect that they show.
        #[arg(long, required_unless_present = "normal", conflicts_with = "normal")]
        defect: Option<DefectCode>,
        /// They show sound parts.
        #[arg(long)]
        normal: bool,
    },
    /// Delete a product with its images, manuals and bank, or one of its defect types with its images.
    /// Past inspections stay. It is asked for twice: without --yes this says what would go.
    Delete {
        /// The product.
        product: ProductCode,
        /// Its defect type; without one, the whole product goes.
        defect: Option<DefectCode>,
        /// Delete it.
        #[arg(long)]
        yes: bool,
    },
    /// Bring back what `delete` deleted, by the number that it printed.
    Undelete {
        /// The number.
        #[arg(value_parser = deletion)]
        deletion: DeletionId,
    },
    /// Register a manual (PDF, Word, Hangul .hwpx, Excel, PowerPoint, HTML, Markdown, CSV or text) and
    /// read it.
    AddManual {
        /// The product.
        product: ProductCode,
        /// The file.
        file: PathBuf,
    },
    /// Find files in the workspace that nobody registered, and register them.
    Scan,
}

/// The number of a deletion.
fn deletion(text: &str) -> Result<DeletionId, String> {
    text.parse().map(DeletionId).map_err(|_| "a whole number is needed".to_owned())
}
