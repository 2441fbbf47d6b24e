//! Pre-norm transformer block (Xiong et al., arXiv 2002.04745) of CLIP's encoders and DINOv2. The
//! tokens of a batch lie end to end in one (batch · tokens, dim) matrix.

use candle_core::{Result, Tensor};

use fettle_kernels::{LayerNorm, Linear, attention};

/// Transformer block: `x + project(attention(qkv(norm(x))))`, then `x + contract(expand(norm(x)))`.
pub(super) struct Block {
    pub(super) attention_norm: LayerNorm,
    /// Projection to queries, keys and values, side by side.
    pub(super) qkv: Linear,
    pub(super) project: Linear,
    pub(super) norm: LayerNorm,
    /// First layer of the MLP, with its activation.
    pub(super) expand: Linear,
    pub(super) contract: Linear,
    pub(super) heads: usize,
}

impl Block {
    /// Maps `x` (batch · tokens, dim) to the same shape. With `causal`, a token attends to itself
    /// and the tokens before it only.
    pub(super) fn forward(&self, x: &Tensor, batch: usize, causal: bool) -> Result<Tensor> {
        self.finish(x, &self.attend(x, batch, causal)?)
    }

    /// The output of [`Self::forward`] for one `token` of each sequence of the batch, (batch, dim):
    /// of the last block no other token is needed.
    pub(super) fn forward_one(
        &self,
        x: &Tensor,
        batch: usize,
        causal: bool,
        token: usize,
    ) -> Result<Tensor> {
        let one = |rows: &Tensor| {
            let (count, dim) = rows.dims2()?;
            rows.reshape((batch, count / batch, dim))?.narrow(1, token, 1)?.squeeze(1)
        };
        self.finish(&one(x)?, &one(&self.attend(x, batch, causal)?)?)
    }

    fn attend(&self, x: &Tensor, batch: usize, causal: bool) -> Result<Tensor> {
        let qkv = self.qkv.forward(&self.attention_norm.forward(x)?)?;
        attention(&qkv, batch, self.heads, causal)
    }

    fn finish(&self, x: &Tensor, attended: &Tensor) -> Result<Tensor> {
        let x = self.project.forward_add(attended, x)?;
        let inner = self.expand.forward(&self.norm.forward(&x)?)?;
        self.contract.forward_add(&inner, &x)
    }
}
