//! Kinds of picture files that Fettle knows by their first bytes and does not read.

use serde::{Deserialize, Serialize};

/// A kind of file that is not read, although it is what it should be: it is not *damaged*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ImageKind {
    /// HEIC or HEIF, as phones write it.
    Heif,
    /// AVIF.
    Avif,
    /// JPEG 2000, in its container or as a bare codestream.
    Jpeg2000,
    /// JPEG-LS (ITU-T T.87).
    JpegLs,
    /// JPEG XL.
    JpegXl,
    /// JPEG XR, also called HD Photo.
    JpegXr,
    /// A JPEG with lossless prediction (SOF3).
    LosslessJpeg,
    /// A JPEG of more than 8 bits a sample.
    DeepJpeg {
        /// Bits a sample.
        bits: u8,
    },
    /// A JPEG with arithmetic coding.
    ArithmeticJpeg,
    /// A hierarchical JPEG, made of several frames.
    HierarchicalJpeg,
    /// A TIFF that stores its samples in a way that is not read.
    Tiff(TiffKind),
    /// GIF.
    Gif,
    /// PBM, PGM, PPM, PAM or PFM.
    Pnm,
    /// Photoshop's own format.
    Psd,
    /// What a camera's sensor saw, before development: DNG, CR2, CR3, NEF, ARW, RAF and others.
    CameraRaw,
    /// DICOM.
    Dicom,
    /// SVG.
    Svg,
    /// PDF.
    Pdf,
    /// `PostScript`, also encapsulated.
    PostScript,
    /// A Windows icon or cursor.
    Icon,
    /// A Windows metafile.
    Metafile,
    /// `OpenEXR`.
    OpenExr,
    /// Radiance HDR.
    RadianceHdr,
    /// DDS.
    Dds,
    /// QOI.
    Qoi,
    /// FITS.
    Fits,
    /// A `NumPy` array.
    NumPy,
    /// HDF5, also as MATLAB writes it.
    Hdf5,
    /// GIMP's own format.
    Xcf,
    /// `DjVu`.
    DjVu,
    /// A video.
    Video,
}

/// What is not read about a TIFF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TiffKind {
    /// The number of the tag *Compression*.
    Compression(u16),
    /// The number of the tag *PhotometricInterpretation*.
    Photometric(u16),
    /// Bits a sample that are none of 1, 2, 4, 8, 16, 32 and 64.
    Bits(u16),
    /// Samples that are neither whole numbers nor floating-point ones: complex numbers, or of
    /// several sorts.
    SampleFormat,
    /// Channels that are no colour: a grey picture with several of them.
    Channels(u16),
    /// Floating-point samples above 65535, without a range that the file declares.
    FloatRange,
    /// Colour at a lower resolution than lightness, outside of a JPEG.
    Subsampled,
    /// Samples that are not of the colour space that the file declares.
    FalseColour,
    /// Anything else that the decoder does not know.
    Other,
}

impl ImageKind {
    /// Whether such a file is likely a picture of a part, and not a document, a drawing or data.
    pub fn is_photograph(self) -> bool {
        !matches!(
            self,
            Self::Svg
                | Self::Pdf
                | Self::PostScript
                | Self::Icon
                | Self::Metafile
                | Self::NumPy
                | Self::Hdf5
                | Self::DjVu
                | Self::Video
        )
    }

    /// Id of the message that names the kind.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Heif => "picture-kind-heif",
            Self::Avif => "picture-kind-avif",
            Self::Jpeg2000 => "picture-kind-jpeg-two-thousand",
            Self::JpegLs => "picture-kind-jpeg-ls",
            Self::JpegXl => "picture-kind-jpeg-xl",
            Self::JpegXr => "picture-kind-jpeg-xr",
            Self::LosslessJpeg => "picture-kind-lossless-jpeg",
            Self::DeepJpeg { .. } => "picture-kind-deep-jpeg",
            Self::ArithmeticJpeg => "picture-kind-arithmetic-jpeg",
            Self::HierarchicalJpeg => "picture-kind-hierarchical-jpeg",
            Self::Tiff(TiffKind::Compression(_)) => "picture-kind-tiff-compression",
            Self::Tiff(TiffKind::Photometric(_)) => "picture-kind-tiff-photometric",
            Self::Tiff(TiffKind::Bits(_)) => "picture-kind-tiff-bits",
            Self::Tiff(TiffKind::SampleFormat) => "picture-kind-tiff-sample-format",
            Self::Tiff(TiffKind::Channels(_)) => "picture-kind-tiff-channels",
            Self::Tiff(TiffKind::FloatRange) => "picture-kind-tiff-float-range",
            Self::Tiff(TiffKind::Subsampled) => "picture-kind-tiff-subsampled",
            Self::Tiff(TiffKind::FalseColour) => "picture-kind-tiff-false-colour",
            Self::Tiff(TiffKind::Other) => "picture-kind-tiff-other",
            Self::Gif => "picture-kind-gif",
            Self::Pnm => "picture-kind-pnm",
            Self::Psd => "picture-kind-psd",
            Self::CameraRaw => "picture-kind-camera-raw",
            Self::Dicom => "picture-kind-dicom",
            Self::Svg => "picture-kind-svg",
            Self::Pdf => "picture-kind-pdf",
            Self::PostScript => "picture-kind-postscript",
            Self::Icon => "picture-kind-icon",
            Self::Metafile => "picture-kind-metafile",
            Self::OpenExr => "picture-kind-openexr",
            Self::RadianceHdr => "picture-kind-radiance",
            Self::Dds => "picture-kind-dds",
            Self::Qoi => "picture-kind-qoi",
            Self::Fits => "picture-kind-fits",
            Self::NumPy => "picture-kind-numpy",
            Self::Hdf5 => "picture-kind-hdf",
            Self::Xcf => "picture-kind-xcf",
            Self::DjVu => "picture-kind-djvu",
            Self::Video => "picture-kind-video",
        }
    }

    /// Names and values of the message's variables.
    pub fn values(self) -> Vec<(&'static str, String)> {
        match self {
            Self::DeepJpeg { bits } => vec![("bits", bits.to_string())],
            Self::Tiff(TiffKind::Compression(code) | TiffKind::Photometric(code)) => {
                vec![("code", code.to_string())]
            }
            Self::Tiff(TiffKind::Bits(bits)) => vec![("bits", bits.to_string())],
            Self::Tiff(TiffKind::Channels(count)) => vec![("count", count.to_string())],
            _ => Vec::new(),
        }
    }

    /// Id of the message that says what to save instead.
    pub fn advice_id(self) -> &'static str {
        match self {
            Self::Heif => "picture-advice-phone",
            Self::CameraRaw => "picture-advice-raw",
            Self::LosslessJpeg
            | Self::DeepJpeg { .. }
            | Self::ArithmeticJpeg
            | Self::HierarchicalJpeg => "picture-advice-jpeg",
            Self::Tiff(TiffKind::FloatRange) => "picture-advice-float-range",
            Self::Tiff(_) => "picture-advice-tiff",
            Self::Dicom | Self::Fits | Self::NumPy | Self::Hdf5 | Self::OpenExr => {
                "picture-advice-data"
            }
            Self::RadianceHdr => "picture-advice-data",
            Self::Svg | Self::Pdf | Self::PostScript | Self::Metafile | Self::DjVu => {
                "picture-advice-page"
            }
            Self::Video => "picture-advice-video",
            _ => "picture-advice-png",
        }
    }
}
