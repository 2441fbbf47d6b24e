/// Divides a vector by its Euclidean length. A zero vector stays zero.
pub(super) fn to_unit_length(mut row: Vec<f32>) -> Vec<f32> {
    let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        row.iter_mut().for_each(|x| *x /= length);
    }
    row
}
