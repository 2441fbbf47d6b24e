//! `fettle product`, and its `roi`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::scale::Scale;
use super::shapes::{Polygon, Rectangle};
use fettle_domain::ProductCode;

/// `fettle product`.
#[derive(Debug, Subcommand)]
pub(crate) enum Product {
    /// Which part of its images is inspected. Without shapes: show it.
    Roi(Roi),
    /// The size of a pixel in millimetres. Without options: show it.
    Scale(Scale),
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
    pub(crate) rect: Vec<Rectangle>,
    /// Inspect (or ignore) the inside of this polygon: three or more corners, in pixels or percent.
    #[arg(long, value_name = "X,Y,X,Y,…")]
    pub(crate) polygon: Vec<Polygon>,
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
