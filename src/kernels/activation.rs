/// Activation function applied to the output of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// `x`.
    Identity,
    /// `max(0, x)`.
    Relu,
    /// `min(6, max(0, x))`.
    Relu6,
    /// `x · sigmoid(1.702 x)`, the approximation of GELU that CLIP was trained with.
    QuickGelu,
    /// `x · Φ(x)` (Hendrycks & Gimpel, arXiv 1606.08415) with the exact error function, not the
    /// tanh approximation.
    Gelu,
}
