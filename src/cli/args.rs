//! The command line as typed. What a command does with it is in `commands/`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::{DefectCode, InputFit, Language, ProductCode, RecipeChoice, ThresholdRule};

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
    /// Take over products, images and manuals of the system that Fettle replaces.
    ImportSeed(ImportSeed),
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
        #[arg(long, default_value_t = 0.02)]
        ratio: f32,
        /// Seed of the coreset's first point.
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// Default: at most 1 % overkill.
        #[command(flatten)]
        rule: Rule,
        /// How images are looked at.
        #[command(flatten)]
        look: Look,
    },
    /// On what the thresholds rest: scores of held-out normals and known defects, overkill and
    /// escape with their 95 % intervals.
    Stats {
        /// The product.
        product: ProductCode,
        /// Draw the histogram of the scores into this PNG file.
        #[arg(long, value_name = "FILE")]
        plot: Option<PathBuf>,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Set the thresholds anew from the scores that the bank keeps; no network runs.
    Threshold {
        /// The product.
        product: ProductCode,
        /// How.
        #[command(flatten)]
        rule: Rule,
        /// Take the last change back.
        #[arg(long, conflicts_with = "Rule", required_unless_present = "Rule")]
        undo: bool,
    },
    /// Name normal images that look abnormal to the rest, and where.
    Check {
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

/// By what rule thresholds are set; one at most.
#[derive(Debug, Clone, Args)]
pub(crate) struct Rule {
    /// As low as possible with so much overkill expected, e.g. 0.01: one good part in a hundred.
    #[arg(long, value_name = "RATE", group = "one_rule")]
    max_overkill: Option<f64>,
    /// The score below which this share of the held-out normals lies, e.g. 0.99.
    #[arg(long, value_name = "SHARE", group = "one_rule")]
    quantile: Option<f64>,
    /// What a defective part called OK costs; needs registered defects and --cost-overkill.
    #[arg(long, value_name = "COST", group = "one_rule", requires = "cost_overkill")]
    cost_escape: Option<f64>,
    /// What a good part called NG costs, in the same unit.
    #[arg(long, value_name = "COST", requires = "cost_escape")]
    cost_overkill: Option<f64>,
    /// Share of defective parts in production. Default: 0.01.
    #[arg(long, value_name = "SHARE", requires = "cost_escape")]
    prevalence: Option<f64>,
    /// This image threshold.
    #[arg(long, value_name = "SCORE", group = "one_rule")]
    image: Option<f32>,
    /// This pixel threshold. Default: it follows the image threshold.
    #[arg(long, value_name = "SCORE", requires = "image")]
    pixel: Option<f32>,
}

/// The share of defective parts where nobody says it.
const PREVALENCE: f64 = 0.01;

impl Rule {
    /// The rule typed, if any was.
    pub(crate) fn given(&self) -> Option<ThresholdRule> {
        let cost = self.cost_escape.zip(self.cost_overkill).map(|(escape, overkill)| {
            let prevalence = self.prevalence.unwrap_or(PREVALENCE);
            ThresholdRule::Cost { escape, overkill, prevalence }
        });
        let manual = self.image.map(|image| ThresholdRule::Manual { image, pixel: self.pixel });
        self.max_overkill
            .map(|rate| ThresholdRule::MaxOverkill { rate })
            .or(self.quantile.map(|share| ThresholdRule::Quantile { share }))
            .or(cost)
            .or(manual)
    }
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

/// `fettle import-seed`.
#[derive(Debug, Args)]
pub(crate) struct ImportSeed {
    /// The folder that holds its data/ and manual_store/. It is only read.
    pub(crate) dir: PathBuf,
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
    #[arg(long, default_value_t = 0.02)]
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

/// How images are brought to the backbone, and what of it is compared.
#[derive(Debug, Clone, Args)]
pub(crate) struct Look {
    /// How an image becomes the network's input.
    #[arg(long, value_enum, default_value_t = Fit::Shorter)]
    fit: Fit,
    /// Side in pixels of the input (what --fit makes this long). Default: the backbone's own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(32..=2048))]
    size: Option<u32>,
    /// Numbers of the backbone's layers that are compared, e.g. 4,10,14. Default: its own choice.
    #[arg(long, value_name = "N,N", value_delimiter = ',')]
    layers: Vec<usize>,
}

/// `--fit`.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Fit {
    /// Shorter side to the size, the ratio kept, nothing cut off.
    Shorter,
    /// Shorter side to the size, the centre square cut out.
    Crop,
    /// Both sides to the size, whatever the ratio.
    Square,
    /// Longer side to the size, the rest filled.
    Letterbox,
    /// The image's own pixels, tile by tile; --size does nothing.
    Native,
}

impl Look {
    /// What was chosen.
    pub(crate) fn choice(&self) -> RecipeChoice {
        let fit = match self.fit {
            Fit::Shorter => InputFit::Shorter,
            Fit::Crop => InputFit::Crop,
            Fit::Square => InputFit::Square,
            Fit::Letterbox => InputFit::Letterbox,
            Fit::Native => InputFit::Native,
        };
        RecipeChoice { fit, side: self.size, layers: self.layers.clone() }
    }
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
    fn one_rule_sets_the_thresholds() {
        use super::{Bank, Cli, Command, ThresholdRule};
        let cost = ThresholdRule::Cost { escape: 50.0, overkill: 1.0, prevalence: 0.01 };
        // Arguments, and the rule; `None`: they are refused.
        let cases = [
            ("--max-overkill 0.02", Some(Some(ThresholdRule::MaxOverkill { rate: 0.02 }))),
            ("--quantile 0.99", Some(Some(ThresholdRule::Quantile { share: 0.99 }))),
            ("--cost-escape 50 --cost-overkill 1", Some(Some(cost))),
            (
                "--image 3 --pixel 2",
                Some(Some(ThresholdRule::Manual { image: 3.0, pixel: Some(2.0) })),
            ),
            ("--undo", Some(None)),
            ("", None),
            ("--undo --image 3", None),
            ("--pixel 2", None),
            ("--cost-escape 50", None),
            ("--prevalence 0.1 --quantile 0.9", None),
            ("--max-overkill 0.02 --quantile 0.99", None),
        ];
        for (typed, expected) in cases {
            let args = format!("fettle bank threshold p {typed}");
            let parsed = <Cli as clap::Parser>::try_parse_from(args.split_whitespace());
            let found = parsed.ok().map(|cli| match cli.command {
                Command::Bank(Bank::Threshold { rule, .. }) => rule.given(),
                _ => None,
            });
            assert_eq!(found, expected, "{typed}");
        }
    }
}
