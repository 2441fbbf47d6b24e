//! `fettle bank`, with the options for thresholds and for the input of the backbone.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use fettle_domain::{InputFit, ProductCode, RecipeChoice, ThresholdRule};
use fettle_engine::FitBank;

/// `fettle bank`.
#[derive(Debug, Subcommand)]
pub(crate) enum Bank {
    /// Fit a memory bank on the product's normal images.
    Fit {
        /// The product.
        product: ProductCode,
        /// Share of all patches that the coreset keeps, 0 to 1.
        #[arg(long, default_value_t = FitBank::RATIO)]
        ratio: f32,
        /// Seed of the coreset's first point.
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// Default: what the settings say; there at most 0.5 % overkill, if nobody changed it.
        #[command(flatten)]
        rule: ThresholdOptions,
        /// How images are looked at.
        #[command(flatten)]
        input: InputOptions,
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
        rule: ThresholdOptions,
        /// Take the last change back.
        #[arg(
            long,
            conflicts_with = "ThresholdOptions",
            required_unless_present = "ThresholdOptions"
        )]
        undo: bool,
    },
    /// Learn from the product's known defects (registered images, and parts that a person judged
    /// NG) and set the limits anew; no new fit. Taken back by `threshold --undo`.
    Learn {
        /// The product.
        product: ProductCode,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Name normal images that look abnormal to the rest, and where.
    Check {
        /// The product.
        product: ProductCode,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Add images of sound parts to the bank in use, without fitting it anew: a new version with
    /// what they show beyond it. They are registered as normal.
    Add {
        /// The product.
        product: ProductCode,
        /// Images: files, directories or zips.
        #[arg(required = true)]
        images: Vec<PathBuf>,
        /// Take the images of sub-folders, too.
        #[arg(long, short)]
        recursive: bool,
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

/// By what rule thresholds are set; one at most.
#[derive(Debug, Clone, Args)]
pub(crate) struct ThresholdOptions {
    /// As low as possible with so much overkill expected, e.g. 0.01: one good part in a hundred.
    #[arg(long, value_name = "RATE", group = "one_rule")]
    max_overkill: Option<f64>,
    /// The highest first threshold with so much escape expected, e.g. 0.01: one defective part in a
    /// hundred called OK; needs known defects.
    #[arg(long, value_name = "RATE", group = "one_rule")]
    max_escape: Option<f64>,
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
    /// This image threshold: above it a part is NG.
    #[arg(long, value_name = "SCORE", group = "one_rule")]
    image: Option<f32>,
    /// This first image threshold: up to it a part is OK, above it unsure. Default: what few
    /// defective parts do not reach.
    #[arg(long, value_name = "SCORE", requires = "image")]
    unsure: Option<f32>,
    /// This pixel threshold. Default: what the maps of one held-out normal in ten reach.
    #[arg(long, value_name = "SCORE", requires = "image")]
    pixel: Option<f32>,
}

/// Default share of defective parts.
const PREVALENCE: f64 = 0.01;

impl ThresholdOptions {
    /// The given rule, if any.
    pub(crate) fn threshold_rule(&self) -> Option<ThresholdRule> {
        let cost = self.cost_escape.zip(self.cost_overkill).map(|(escape, overkill)| {
            let prevalence = self.prevalence.unwrap_or(PREVALENCE);
            ThresholdRule::Cost { escape, overkill, prevalence }
        });
        let manual = self.image.map(|image| {
            let (unsure, pixel) = (self.unsure, self.pixel);
            ThresholdRule::Manual { unsure, image, pixel }
        });
        self.max_overkill
            .map(|rate| ThresholdRule::MaxOverkill { rate })
            .or(self.max_escape.map(|rate| ThresholdRule::MaxEscape { rate }))
            .or(self.quantile.map(|share| ThresholdRule::Quantile { share }))
            .or(cost)
            .or(manual)
    }
}

/// How images are brought to the backbone, and what of it is compared.
#[derive(Debug, Clone, Args)]
pub(crate) struct InputOptions {
    /// How an image becomes the network's input.
    #[arg(long, value_enum, default_value_t = FitArg::Shorter)]
    fit: FitArg,
    /// Side in pixels of the input (what --fit makes this long). Default: the backbone's own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(32..=2048))]
    size: Option<u32>,
    /// Numbers of the backbone's layers that are compared, e.g. 4,10,14. Default: its own choice.
    #[arg(long, value_name = "N,N", value_delimiter = ',')]
    layers: Vec<usize>,
}

/// `--fit`.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum FitArg {
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
    /// All of the picture at two scales, 224 and 320 pixels by default: outlines fit better, and a
    /// fit or an inspection takes about three times as long.
    Fine,
}

impl InputOptions {
    /// The chosen options.
    pub(crate) fn recipe_choice(&self) -> RecipeChoice {
        let fit = match self.fit {
            FitArg::Shorter => InputFit::Shorter,
            FitArg::Crop => InputFit::Crop,
            FitArg::Square => InputFit::Square,
            FitArg::Letterbox => InputFit::Letterbox,
            FitArg::Native => InputFit::Native,
            FitArg::Fine => InputFit::Fine,
        };
        RecipeChoice { fit, side: self.size, layers: self.layers.clone() }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn one_rule_sets_the_thresholds() {
        use super::super::{Cli, Command};
        use super::{Bank, ThresholdRule};
        let cost = ThresholdRule::Cost { escape: 50.0, overkill: 1.0, prevalence: 0.01 };
        // Arguments, and the rule; `None`: they are refused.
        let cases = [
            ("--max-overkill 0.02", Some(Some(ThresholdRule::MaxOverkill { rate: 0.02 }))),
            ("--max-escape 0.01", Some(Some(ThresholdRule::MaxEscape { rate: 0.01 }))),
            ("--quantile 0.99", Some(Some(ThresholdRule::Quantile { share: 0.99 }))),
            ("--cost-escape 50 --cost-overkill 1", Some(Some(cost))),
            (
                "--image 3 --pixel 2",
                Some(Some(ThresholdRule::Manual { unsure: None, image: 3.0, pixel: Some(2.0) })),
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
                Some(Command::Bank(Bank::Threshold { rule, .. })) => rule.threshold_rule(),
                _ => None,
            });
            assert_eq!(found, expected, "{typed}");
        }
    }
}
