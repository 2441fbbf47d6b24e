//! Whether a glyph that is a drawing of its own (Type 3) draws anything.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro::hayro_interpret::color::{AlphaColor, Color};
use hayro::hayro_interpret::font::{GlyphRun, Type3Glyph};
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, Paint, SoftMask,
};
use hayro::kurbo::{Affine, BezPath};

/// Calls after which a glyph is no glyph of a manual; a form in it may show itself.
const MAX_CALLS: usize = 10_000;

/// Notes that something is drawn.
#[derive(Default)]
struct InkProbe {
    is_there: bool,
    calls: usize,
}

/// Whether a glyph draws anything.
pub(super) fn draws_ink(glyph: &Type3Glyph<'_>) -> bool {
    let mut probe = InkProbe::default();
    let black = Paint::Color(Color::from_rgba(AlphaColor::new([0.0, 0.0, 0.0, 1.0])));
    let run = AssertUnwindSafe(|| {
        glyph.interpret(&mut probe, Affine::IDENTITY, Affine::IDENTITY, &black);
    });
    catch_unwind(run).is_err() || probe.is_there
}

impl InkProbe {
    /// hayro cannot be told to stop; above the limit the glyph is left by unwinding.
    fn count(&mut self) {
        self.calls += 1;
        if self.calls > MAX_CALLS {
            std::panic::resume_unwind(Box::new(()));
        }
    }
}

impl<'a> Device<'a> for InkProbe {
    fn draw_path(&mut self, path: &BezPath, _: DrawProps<'a>, _: &DrawMode) {
        self.count();
        self.is_there |= !path.elements().is_empty();
    }

    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, mode: &DrawMode) {
        self.count();
        self.is_there |= !matches!(mode, DrawMode::Invisible);
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.is_there = true;
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.count();
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
