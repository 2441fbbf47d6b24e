//! Textures that were drawn last, by a name.

use std::collections::HashMap;

use egui::{ColorImage, Context, TextureHandle, TextureOptions};
use image::RgbImage;

/// Uploads `picture` to the graphics card; `name` is for whoever looks at what lies there.
pub(super) fn upload(ctx: &Context, name: &str, picture: &RgbImage) -> TextureHandle {
    let size = [picture.width() as usize, picture.height() as usize];
    let picture = ColorImage::from_rgb(size, picture.as_raw());
    ctx.load_texture(name, picture, TextureOptions::LINEAR)
}

/// What is drawn of each name, `CAPACITY` at most: the least recently drawn go first.
pub(super) struct TextureCache<T, const CAPACITY: usize> {
    /// What is drawn, with the frame that drew it last.
    kept: HashMap<String, (T, u64)>,
    /// The number of the current frame.
    frame: u64,
}

impl<T, const CAPACITY: usize> Default for TextureCache<T, CAPACITY> {
    fn default() -> Self {
        Self { kept: HashMap::new(), frame: 0 }
    }
}

impl<T, const CAPACITY: usize> TextureCache<T, CAPACITY> {
    pub(super) fn begin_frame(&mut self) {
        self.frame += 1;
    }

    /// What this frame draws of `name`.
    pub(super) fn draw(&mut self, name: &str) -> Option<&T> {
        let (kept, drawn_at) = self.kept.get_mut(name)?;
        *drawn_at = self.frame;
        Some(kept)
    }

    /// What is kept of `name`, whether it is drawn or not.
    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.kept.get(name).map(|(kept, _)| kept)
    }

    /// Adds some, and drops the least recently drawn above the capacity.
    pub(super) fn insert(&mut self, new: impl IntoIterator<Item = (String, T)>) {
        let frame = self.frame;
        self.kept.extend(new.into_iter().map(|(name, texture)| (name, (texture, frame))));
        let over = self.kept.len().saturating_sub(CAPACITY);
        if over == 0 {
            return;
        }
        let mut by_age: Vec<(u64, String)> =
            self.kept.iter().map(|(name, (_, drawn_at))| (*drawn_at, name.clone())).collect();
        by_age.sort_unstable();
        for (_, name) in by_age.iter().take(over) {
            self.kept.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_drawn_go_first() {
        let mut cache = TextureCache::<u32, 3>::default();
        cache.begin_frame();
        cache.insert((1..=3).map(|n| (n.to_string(), n)));
        cache.begin_frame();
        assert_eq!(cache.draw("1"), Some(&1));
        assert_eq!(cache.get("2"), Some(&2), "looked at, not drawn");
        cache.insert([("4".to_owned(), 4), ("5".to_owned(), 5)]);
        let left: Vec<u32> = (1..=5).filter_map(|n| cache.get(&n.to_string()).copied()).collect();
        assert_eq!(left, [1, 4, 5]);
        assert_eq!(cache.draw("2"), None);
    }
}
