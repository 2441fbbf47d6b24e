//! `fettle manual`.

use clap::Subcommand;

use fettle_domain::{DefectCode, ProductCode};

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
    /// Write what the manual says to do about the product's known defects.
    Report {
        /// The product.
        #[arg(long, short)]
        product: ProductCode,
        /// Only this defect type. Default: all.
        #[arg(long, short)]
        defect: Option<DefectCode>,
        /// Compose it from the manual alone, without the language model.
        #[arg(long)]
        no_llm: bool,
        /// Add sentences of the language model, as far as the manual says the same, or its
        /// translations of a manual in another language.
        #[arg(long, conflicts_with = "no_llm")]
        model_text: bool,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the versions of the manuals: when each came, which is in force, how many
    /// inspections cite it.
    Versions {
        /// The product. Default: all.
        product: Option<ProductCode>,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take a manual out of force. Its file and text stay, since past inspections cite them.
    Remove {
        /// Its number, as `fettle manual versions` shows it.
        id: i64,
    },
    /// Find what the manual says about something: in your own words, also mistyped.
    ///
    /// Exit status: 0 answered, 4 the manual probably does not say, 5 a question back (which product
    /// or defect is meant).
    #[command(alias = "search")]
    Ask {
        /// The question.
        question: String,
        /// Only this product's manual.
        #[arg(long, short)]
        product: Option<ProductCode>,
        /// Only this defect type's section.
        #[arg(long, short)]
        defect: Option<DefectCode>,
        /// How many answers.
        #[arg(long, short = 'k', default_value_t = 5, value_parser = at_least_one)]
        top: usize,
        /// Answer at once, by words alone where the manual is not embedded yet.
        #[arg(long)]
        now: bool,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|top| *top > 0)
        .ok_or_else(|| "a number from 1 on is needed".to_owned())
}
