//! The command line as typed. What a command does with it is in `commands/`.

mod bank;
mod history;
mod manual;
mod models;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use fettle_domain::{DefectCode, Language, ProductCode, RectPx};
use fettle_engine::FitBank;

pub(crate) use bank::{Bank, Look, Rule};
pub(crate) use history::{History, HistoryCommand, HistoryList};
pub(crate) use manual::Manual;
pub(crate) use models::{Models, Remote};

/// Finds the defect, shows it, names it, and says what the manual says to do.
#[derive(Debug, Parser)]
#[command(name = "fettle", version, about, max_term_width = 100, args_override_self = true)]
pub(crate) struct Cli {
    /// Workspace: the directory that holds models/, data/ and manual_store/.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) workspace: Option<PathBuf>,
    /// Language of messages and reports. Default: the workspace's settings.
    #[arg(long, global = true, value_enum)]
    pub(crate) lang: Option<Lang>,
    /// Compute on the CPU even where a GPU is.
    #[arg(long, global = true)]
    pub(crate) cpu: bool,
    /// Say more about what is done (twice: much more). To stderr.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// What to do. Without a command the window opens.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// A language by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// 한국어.
    Ko,
    /// English.
    En,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Ko => Self::Ko,
            Lang::En => Self::En,
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open the window, as does no command at all, and inspect these.
    Window {
        /// Images and folders.
        images: Vec<PathBuf>,
    },
    /// Inspect one image: similar defects, anomaly, manual, report, record.
    Inspect(Inspect),
    /// Find known defects that resemble a picture, a part of one, or words.
    Search(Search),
    /// List what was inspected, or say what a part really was.
    History(History),
    /// What is to be known of a product beside its images.
    #[command(subcommand)]
    Product(Product),
    /// Register products, defects, images and manuals.
    #[command(subcommand)]
    Library(Library),
    /// The index of known defects.
    #[command(subcommand)]
    Index(Index),
    /// Memory banks of normal parts.
    #[command(subcommand)]
    Bank(Bank),
    /// Read and search manuals.
    #[command(subcommand)]
    Manual(Manual),
    /// Model files: what is here, what is missing, how to get it.
    #[command(subcommand)]
    Models(Models),
    /// Render the demo world, register it, fit it, and inspect three images.
    Demo(Demo),
    /// Take over products, images and manuals of the system that Fettle replaces.
    ImportSeed(ImportSeed),
    /// Measure the anomaly stage on a data set in MVTec AD's folders.
    Eval(Eval),
    /// Measure how fast this machine is, in a workspace of its own.
    Bench(Bench),
    /// What this machine and workspace have, what is missing and how to get it.
    Doctor(Json),
}

/// `fettle inspect`.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The image: PNG, JPEG, BMP, TIFF or WebP.
    pub(crate) image: PathBuf,
    /// Its product. Default: what the similar known defects vote for.
    #[arg(long, short)]
    pub(crate) product: Option<ProductCode>,
    /// Print the result as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write heatmap, mask, overlay, comparison, report.md and result.json here.
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Say where the time went.
    #[arg(long)]
    pub(crate) timings: bool,
    /// Compose the report from the manual alone, without the language model.
    #[arg(long)]
    pub(crate) no_llm: bool,
}

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

/// `fettle product`.
#[derive(Debug, Subcommand)]
pub(crate) enum Product {
    /// Which part of its images is inspected. Without shapes: show it.
    Roi(Roi),
}

/// `fettle product roi`.
#[derive(Debug, Args)]
pub(crate) struct Roi {
    /// The product.
    pub(crate) product: ProductCode,
    /// Inspect (or ignore) where this image is white; it is stretched over the inspected image.
    #[arg(long, value_name = "FILE")]
    pub(crate) mask: Vec<PathBuf>,
    /// Inspect (or ignore) this rectangle: left, upper edge, width, height, all in pixels of the
    /// normal images (10,20,300,40) or all in percent (5%,10%,50%,20%).
    #[arg(long, value_name = "X,Y,W,H")]
    pub(crate) rect: Vec<super::shapes::Rectangle>,
    /// Inspect (or ignore) the inside of this polygon: three or more corners, in pixels or percent.
    #[arg(long, value_name = "X,Y,X,Y,…")]
    pub(crate) polygon: Vec<super::shapes::Polygon>,
    /// The shapes are to be ignored, not inspected.
    #[arg(long)]
    pub(crate) ignore: bool,
    /// Take back all shapes drawn before.
    #[arg(long)]
    pub(crate) clear: bool,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `40,20,64,64`.
fn region(text: &str) -> Result<RectPx, String> {
    let numbers: Result<Vec<u32>, _> = text.split(',').map(|part| part.trim().parse()).collect();
    match numbers.as_deref() {
        Ok(&[x, y, width, height]) if width > 0 && height > 0 => Ok(RectPx { x, y, width, height }),
        _ => Err("four whole numbers are needed, the last two above 0: X,Y,WIDTH,HEIGHT".into()),
    }
}

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
    /// Register a manual (PDF, Word .docx or text .txt) and read it.
    AddManual {
        /// The product.
        product: ProductCode,
        /// The file.
        file: PathBuf,
    },
    /// Find files in the workspace that nobody registered, and register them.
    Scan,
}

/// `fettle index`.
#[derive(Debug, Subcommand)]
pub(crate) enum Index {
    /// Embed what is new and drop what is gone.
    Build {
        /// Embed everything anew.
        #[arg(long)]
        rebuild: bool,
    },
    /// How many images, which model, whether it is up to date.
    Info(Json),
}

/// `fettle demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The profile whose models are used, kept in the workspace's settings.
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// Where the three results go. Default: out/demo in the workspace.
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Compose the reports from the manuals alone.
    #[arg(long)]
    pub(crate) no_llm: bool,
}

/// `fettle import-seed`.
#[derive(Debug, Args)]
pub(crate) struct ImportSeed {
    /// The folder that holds its data/ and manual_store/. It is only read.
    pub(crate) dir: PathBuf,
    /// Print the result as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `fettle eval`.
#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// The data set in MVTec's layout: CLASS/train/good, CLASS/test/good, CLASS/test/DEFECT and,
    /// where there are masks, CLASS/ground_truth/DEFECT/NAME_mask.png. Or one class of it.
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
    /// Seed of the coreset's first point.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Set the thresholds so that so much overkill is expected, 0 to 1.
    #[arg(long, value_name = "RATE", default_value_t = 0.01)]
    pub(crate) max_overkill: f64,
    /// How images are looked at.
    #[command(flatten)]
    pub(crate) look: Look,
}

/// `fettle bench`.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Normal images to work on. Default: the demo's castings.
    #[arg(long, value_name = "DIR")]
    pub(crate) images: Option<PathBuf>,
    /// At most so many of them.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(3..))]
    pub(crate) count: u16,
    /// Share of all patches that the bank keeps, 0 to 1.
    #[arg(long, default_value_t = 0.1)]
    pub(crate) ratio: f32,
    /// How often each short measurement is repeated; the median counts.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..1000))]
    pub(crate) repeats: u16,
    /// Vectors in the largest index that is searched: 10000, 100000 or 1000000 (4 GB of memory).
    #[arg(long, default_value_t = 100_000)]
    pub(crate) largest_index: usize,
    /// Print the result as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Only `--json`.
#[derive(Debug, Args)]
pub(crate) struct Json {
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }

    #[test]
    fn a_region_is_four_numbers() {
        let rect = |x, y, width, height| super::RectPx { x, y, width, height };
        assert_eq!(super::region("1,2,30,40"), Ok(rect(1, 2, 30, 40)));
        assert_eq!(super::region(" 0, 0, 1, 1 "), Ok(rect(0, 0, 1, 1)));
        for bad in
            ["", "1,2,3", "1,2,3,4,5", "1,2,0,4", "1,2,3,0", "-1,2,3,4", "a,b,c,d", "1.5,2,3,4"]
        {
            assert!(super::region(bad).is_err(), "{bad}");
        }
    }
}
