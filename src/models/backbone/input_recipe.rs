use fettle_domain::{ImageRecipe, Resize, ResizeFilter};

/// Preprocessing with torchvision's mean and standard deviation of ImageNet.
pub(super) const IMAGENET: ImageRecipe = square_224([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

/// Preprocessing to 224×224 pixels without a crop, because a defect may lie at the edge.
pub(super) const fn square_224(mean: [f32; 3], std: [f32; 3]) -> ImageRecipe {
    let resize = Resize::Exact { width: 224, height: 224 };
    ImageRecipe { resize, filter: ResizeFilter::Bilinear, mean, std }
}
