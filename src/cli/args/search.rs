//! `fettle search`.

use std::path::PathBuf;

use clap::Args;

use super::region::region;
use fettle_domain::{DefectCode, ProductCode, RectPx};

/// `fettle search`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("query").required(true).args(["image", "words"])))]
pub(crate) struct Search {
    /// The picture: PNG, JPEG, BMP, TIFF or WebP.
    pub(crate) image: Option<PathBuf>,
    /// Only this part of the picture, in its pixels from the upper left corner.
    #[arg(long, value_name = "X,Y,WIDTH,HEIGHT", value_parser = region, conflicts_with = "words")]
    pub(crate) region: Option<RectPx>,
    /// Words instead of a picture. Needs a model that knows words (workstation profile).
    #[arg(long, short)]
    pub(crate) words: Option<String>,
    /// Only defects of this product.
    #[arg(long, short)]
    pub(crate) product: Option<ProductCode>,
    /// Only this defect.
    #[arg(long, short)]
    pub(crate) defect: Option<DefectCode>,
    /// How many hits.
    #[arg(long, short = 'k', default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) top: u16,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
