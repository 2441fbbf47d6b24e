//! `fettle manual`.

use std::path::PathBuf;

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
    /// How a manual is to be read where the program reads it wrongly.
    #[command(subcommand)]
    Corrections(Corrections),
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

/// `fettle manual corrections`.
#[derive(Debug, Subcommand)]
pub(crate) enum Corrections {
    /// List the corrections of a manual, and which of them find nothing in it any more.
    List {
        /// Its number, as `fettle manual versions` shows it.
        manual: i64,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the corrections of a manual into a file.
    Export {
        /// Its number, as `fettle manual versions` shows it.
        manual: i64,
        /// The file (JSON).
        file: PathBuf,
    },
    /// Correct a manual as a file says; what was corrected before can be had back by `undo`.
    Apply {
        /// Its number, as `fettle manual versions` shows it.
        manual: i64,
        /// A file that `export` wrote.
        file: PathBuf,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Read a manual without corrections again. `undo` takes that back.
    Remove {
        /// Its number, as `fettle manual versions` shows it.
        manual: i64,
    },
    /// Take the last change of a manual's corrections back.
    Undo {
        /// Its number, as `fettle manual versions` shows it.
        manual: i64,
    },
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|top| *top > 0)
        .ok_or_else(|| "a number from 1 on is needed".to_owned())
}
