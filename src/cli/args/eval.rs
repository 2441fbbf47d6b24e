//! `fettle eval`.

use std::path::PathBuf;

use clap::Args;

use super::bank::InputOptions;
use fettle_engine::FitBank;

/// `fettle eval`.
#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// The data set in MVTec's layout: CLASS/train/good, CLASS/test/good, CLASS/test/DEFECT and,
    /// where there are masks, CLASS/ground_truth/DEFECT/NAME_mask.png (or NAME.png, NAME_label.bmp,
    /// NAME/000.png; or beside the pictures). Or one class of it.
    pub(crate) dataset: PathBuf,
    /// Only this class; may be given several times.
    #[arg(long = "product", short, value_name = "NAME")]
    pub(crate) products: Vec<String>,
    /// Print the result as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write eval.json and, for each class, scores.png and roc.png here.
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Share of all patches that the coreset keeps, 0 to 1.
    #[arg(long, default_value_t = FitBank::RATIO)]
    pub(crate) ratio: f32,
    /// Seed of the coreset's first point, and of the draw of known defects.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Set the second threshold so that so much overkill is expected, 0 to 1.
    #[arg(long, value_name = "RATE", default_value_t = 0.005)]
    pub(crate) max_overkill: f64,
    /// Take so many defective pictures of each class as known, drawn at random by --seed; the
    /// others are tested.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) known: usize,
    /// How images are looked at.
    #[command(flatten)]
    pub(crate) input: InputOptions,
}
