//! The command line as typed. What a command does with it is in `commands/`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::{DefectCode, Language, ProductCode};

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
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
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
    /// Inspect one image: similar defects, anomaly, manual, report, record.
    Inspect(Inspect),
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
    /// Measure the anomaly stage on a data set in MVTec AD's folders.
    Eval(Eval),
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
        /// Images that show it: files or directories.
        images: Vec<PathBuf>,
        /// Korean name.
        #[arg(long)]
        name_ko: Option<String>,
        /// English name.
        #[arg(long)]
        name_en: Option<String>,
        /// The name as the manual writes it.
        #[arg(long)]
        full_name: Option<String>,
    },
    /// Register images of sound parts.
    AddNormal {
        /// The product.
        product: ProductCode,
        /// Images: files or directories.
        #[arg(required = true)]
        images: Vec<PathBuf>,
    },
    /// Register a PDF manual and read it.
    AddManual {
        /// The product.
        product: ProductCode,
        /// The PDF.
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

/// `fettle bank`.
#[derive(Debug, Subcommand)]
pub(crate) enum Bank {
    /// Fit a memory bank on the product's normal images.
    Fit {
        /// The product.
        product: ProductCode,
        /// Share of all patches that the coreset keeps, 0 to 1.
        #[arg(long, default_value_t = 0.05)]
        ratio: f32,
        /// Seed of the coreset's first point.
        #[arg(long, default_value_t = 0)]
        seed: u64,
    },
    /// Add images of sound parts to the bank in use, without fitting it anew: a new version with
    /// what they show beyond it. They are registered as normal.
    Add {
        /// The product.
        product: ProductCode,
        /// Images: files or directories.
        #[arg(required = true)]
        images: Vec<PathBuf>,
        /// Change nothing; say which past inspections would get another verdict.
        #[arg(long)]
        preview: bool,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Go back to the bank before the one in use. Images that `add` registered for it are no
    /// longer registered.
    Undo {
        /// The product.
        product: ProductCode,
    },
    /// All versions of the product's bank.
    List {
        /// The product.
        product: ProductCode,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// The product's bank: version, model, size, thresholds.
    Info {
        /// The product.
        product: ProductCode,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// `fettle manual`.
#[derive(Debug, Subcommand)]
pub(crate) enum Manual {
    /// Read the product's manuals and show what was found.
    Ingest {
        /// The product. Default: all.
        product: Option<ProductCode>,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Find what the manual says about something.
    Search {
        /// The question.
        question: String,
        /// Only this product's manual.
        #[arg(long, short)]
        product: Option<ProductCode>,
        /// How many answers.
        #[arg(long, short = 'k', default_value_t = 5)]
        top: usize,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// `fettle models`.
#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// All models, by profile, and whether they are here.
    List(Json),
    /// Fetch what a profile or model lacks. Resumes; checks each file's hash.
    Pull {
        /// `starter`, `small`, `workstation`, or a model's id.
        what: String,
        /// Take the files from this directory or USB path first.
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
        /// Ask no network.
        #[arg(long)]
        offline: bool,
    },
    /// Check the hash of every file that is here.
    Verify {
        /// A model's id. Default: all that are here.
        model: Option<String>,
    },
    /// Print where a model's files are.
    Path {
        /// A model's id.
        model: String,
    },
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
    /// Write eval.json here.
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Share of all patches that the coreset keeps, 0 to 1.
    #[arg(long, default_value_t = 0.05)]
    pub(crate) ratio: f32,
    /// Seed of the coreset's first point.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Side in pixels of the square that images are brought to. Default: the backbone's own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(32..=2048))]
    pub(crate) size: Option<u32>,
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
}
