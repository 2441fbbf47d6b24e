//! The transformer block with its layer norms before the sums (Xiong et al., arXiv
//! 2002.04745), of which CLIP's towers and DINOv2 are made. Tokens of a batch lie end to
//! end in one (batch · tokens, dim) matrix.

use candle_core::{Result, Tensor};

use fettle_kernels::{LayerNorm, Linear, attention};

/// `x + project(attention(qkv(norm)))`, then `x + contract(expand(norm))`.
pub(super) struct Block {
    pub(super) attention_norm: LayerNorm,
    /// Queries, keys and values side by side.
    pub(super) qkv: Linear,
    pub(super) project: Linear,
    pub(super) norm: LayerNorm,
    /// With its activation.
    pub(super) expand: Linear,
    pub(super) contract: Linear,
    pub(super) heads: usize,
}

impl Block {
    /// `x` (batch · tokens, dim) to the same; `causal` tokens see themselves and those
    /// before them.
    pub(super) fn forward(&self, x: &Tensor, batch: usize, causal: bool) -> Result<Tensor> {
        self.finish(x, &self.attend(x, batch, causal)?)
    }

    /// What [`Self::forward`] makes of one `token` of each part of the batch, (batch, dim):
    /// a last block need not finish the others.
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
