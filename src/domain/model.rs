//! What a model is for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A place in the pipeline that a model fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelRole {
    /// Image to unit vector, for "which known defects look like this?".
    ImageEmbedder,
    /// Image to feature maps, for `PatchCore`.
    Backbone,
    /// Text to unit vector, for questions to the manual.
    TextEmbedder,
    /// Writes the report.
    Chat,
    /// Looks at pictures and says what it sees. Nothing needs it.
    VisionChat,
}

impl ModelRole {
    /// All, in the order in which an inspection asks them.
    pub const ALL: [Self; 5] =
        [Self::ImageEmbedder, Self::Backbone, Self::TextEmbedder, Self::Chat, Self::VisionChat];

    /// Whether Fettle works without a model in this role.
    pub fn is_optional(self) -> bool {
        self == Self::VisionChat
    }
}

impl fmt::Display for ModelRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ImageEmbedder => "image embedder",
            Self::Backbone => "backbone",
            Self::TextEmbedder => "text embedder",
            Self::Chat => "chat",
            Self::VisionChat => "vision chat",
        })
    }
}

/// How a picture is brought to the size a network was trained at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resize {
    /// The shorter side becomes this many pixels, the ratio is kept; then the
    /// centre square of that size is cut out.
    ShorterSideCrop(u32),
    /// The shorter side becomes `side` pixels, the ratio is kept but for rounding the longer
    /// one to a multiple of `step`. A picture above [`Resize::LONGEST`] times as long as wide
    /// is squeezed lengthwise to that.
    ShorterSide {
        /// Pixels of the shorter side.
        side: u32,
        /// What the longer side is a multiple of.
        step: u32,
    },
    /// The longer side becomes this many pixels, the ratio is kept; the rest of the square is
    /// filled with the network's mean colour on both sides.
    Letterbox(u32),
    /// The picture's own pixels, each side rounded to a multiple of `step`; a picture of more
    /// than [`Resize::MOST_PIXELS`] is shrunk to that.
    Native {
        /// What both sides are multiples of.
        step: u32,
    },
    /// Width and height become exactly these, the ratio is not kept.
    Exact {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
}

impl Resize {
    /// The most that [`Self::ShorterSide`] makes of the longer side, in shorter sides.
    pub const LONGEST: u32 = 16;
    /// The largest input of [`Self::Native`]: what its patches take stays below a gigabyte.
    pub const MOST_PIXELS: u64 = 6 << 20;
}

/// How pixels between pixels are made. Both are antialiased when shrinking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResizeFilter {
    /// Triangle.
    Bilinear,
    /// Catmull-Rom, a = -0.5, as Pillow's `BICUBIC`.
    Bicubic,
}

/// How a network wants its pictures: part of what the network *is*, so a bank
/// made with another recipe is another bank.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ImageRecipe {
    /// Size.
    pub resize: Resize,
    /// Interpolation.
    pub filter: ResizeFilter,
    /// Subtracted from `pixel / 255`, red, green, blue.
    pub mean: [f32; 3],
    /// Then divided by.
    pub std: [f32; 3],
}

/// Which side of a search a text is on: e5 wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// What somebody asks.
    Query,
    /// What may answer.
    Passage,
}

/// Who says a chat message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatRole {
    /// The instructions.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// One chat message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// Who.
    pub role: ChatRole,
    /// What.
    pub content: String,
}

/// How a chat model chooses its tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// 0: always the likeliest token.
    pub temperature: f64,
    /// Keep the likeliest tokens until they hold this share; 1 keeps all.
    pub top_p: f64,
    /// Above 1: tokens of the last `repeat_last_n` are made less likely.
    pub repeat_penalty: f32,
    /// How far back the penalty looks, in tokens.
    pub repeat_last_n: usize,
    /// Seed of the dice.
    pub seed: u64,
    /// At most so many new tokens.
    pub max_tokens: usize,
    /// Texts at which it is stopped; they are not part of the answer.
    pub stop: Vec<String>,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 0.0,
            top_p: 1.0,
            repeat_penalty: 1.0,
            repeat_last_n: 64,
            seed: 0,
            max_tokens: 256,
            stop: Vec::new(),
        }
    }
}

/// Why a chat model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// It said it was done.
    EndOfTurn,
    /// It reached `max_tokens`, or the end of its context.
    Length,
    /// The listener asked it to stop.
    Stopped,
    /// It wrote one of [`Sampling::stop`].
    StopText,
}

/// What a chat model wrote, and how fast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatOutcome {
    /// The text, whole.
    pub text: String,
    /// Why it ended.
    pub stop: StopReason,
    /// Tokens read.
    pub prompt_tokens: usize,
    /// Tokens written.
    pub new_tokens: usize,
    /// Reading the prompt, in milliseconds.
    pub prefill_ms: f64,
    /// Writing, in milliseconds.
    pub decode_ms: f64,
}
