//! `fettle feedback`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use fettle_domain::{DefectCode, InspectionId, ProductCode, Rating};

/// `fettle feedback`.
#[derive(Debug, Subcommand)]
pub(crate) enum Feedback {
    /// Say whether the answer to a question helped. The question is asked once more, so that what it
    /// showed is kept.
    Answer {
        /// The question, as it was asked.
        question: String,
        /// Whether it helped; `none` takes back what was said.
        rating: RatingArg,
        /// The product that it was put to.
        #[arg(long, short)]
        product: Option<ProductCode>,
        /// The defect type that it was put to.
        #[arg(long, short)]
        defect: Option<DefectCode>,
        /// The section that would have been right: its heading, or its defect type's code.
        #[arg(long, value_name = "SECTION")]
        right: Option<String>,
        /// Anything else.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Say whether the report of an inspection helped.
    Report {
        /// The inspection's number.
        #[arg(value_parser = inspection)]
        id: InspectionId,
        /// Whether it helped; `none` takes back what was said.
        rating: RatingArg,
        /// The section that it should have quoted: its heading, or its defect type's code.
        #[arg(long, value_name = "SECTION")]
        right: Option<String>,
        /// Anything else.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// List the feedback that counts, oldest first.
    List {
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the feedback that counts to a file.
    Export {
        /// The file: JSON where its name ends in .json, otherwise CSV for spreadsheets.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// List what feedback teaches: words of the site, questions with their sections, and the sections that
    /// reports quote. Nothing counts before it is accepted.
    Review {
        /// Only about questions to this product, and reports about it.
        #[arg(long, short)]
        product: Option<ProductCode>,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Let these count from now on.
    Accept {
        /// Their ids, as `fettle feedback review` shows them.
        #[arg(required = true)]
        ids: Vec<String>,
    },
    /// Do not learn these, and do not propose them again.
    Refuse {
        /// Their ids.
        #[arg(required = true)]
        ids: Vec<String>,
    },
    /// Take back what was decided about these.
    Reopen {
        /// Their ids.
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

/// A rating by its name, or none.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum RatingArg {
    /// It helped.
    Good,
    /// It did not.
    Bad,
    /// Take back what was said.
    None,
}

impl From<RatingArg> for Option<Rating> {
    fn from(arg: RatingArg) -> Self {
        match arg {
            RatingArg::Good => Some(Rating::Good),
            RatingArg::Bad => Some(Rating::Bad),
            RatingArg::None => None,
        }
    }
}

fn inspection(text: &str) -> Result<InspectionId, String> {
    text.parse().map(InspectionId).map_err(|_| "a whole number is needed".to_owned())
}
