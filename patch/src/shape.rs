//! A drawn shape: up to 64 points joined by bows.

/// Most points of a shape.
pub const MAX_POINTS: usize = 64;

/// A corner of a shape and the bow of the line that leaves it.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Point {
    /// Place in the shape, 0 to 1.
    pub x: f32,
    /// Height, 0 to 1.
    pub y: f32,
    /// Bow of the line to the next point: below 0 slow then fast, above 0 fast then slow.
    pub bow: f32,
}

/// Points with rising `x`; the first lies at 0, the last at 1.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(transparent)]
pub struct Shape {
    points: Vec<Point>,
}

impl Shape {
    /// A legal shape from any points: not-a-numbers and surplus points go, places are sorted
    /// and stretched to reach from 0 to 1, heights and bows are clamped.
    pub fn new(points: impl IntoIterator<Item = Point>) -> Self {
        let clean = |p: &Point| p.x.is_finite() && p.y.is_finite() && p.bow.is_finite();
        let mut points: Vec<Point> = points.into_iter().filter(clean).take(MAX_POINTS).collect();
        for p in &mut points {
            p.x = p.x.clamp(0.0, 1.0);
            p.y = p.y.clamp(0.0, 1.0);
            p.bow = p.bow.clamp(-1.0, 1.0);
        }
        points.sort_by(|a, b| a.x.total_cmp(&b.x));
        if points.len() < 2 {
            let y = points.first().map_or(0.5, |p| p.y);
            points = vec![Point { x: 0.0, y, bow: 0.0 }, Point { x: 1.0, y, bow: 0.0 }];
        }
        points[0].x = 0.0;
        let last = points.len() - 1;
        points[last].x = 1.0;
        Shape { points }
    }

    /// One cycle of a triangle that starts in the middle and rises.
    pub fn triangle() -> Self {
        let p = |x, y| Point { x, y, bow: 0.0 };
        Shape::new([p(0.0, 0.5), p(0.25, 1.0), p(0.75, 0.0), p(1.0, 0.5)])
    }

    /// The points, from left to right.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Height at `x`, both 0 to 1. Of two points at one place the later counts.
    pub fn at(&self, x: f32) -> f32 {
        let x = x.clamp(0.0, 1.0);
        let next = self.points.partition_point(|p| p.x <= x);
        if next == 0 {
            return self.points[0].y;
        }
        let Some(&b) = self.points.get(next) else {
            return self.points[next - 1].y;
        };
        let a = self.points[next - 1];
        let t = (x - a.x) / (b.x - a.x);
        a.y + (b.y - a.y) * bowed(t, a.bow)
    }
}

impl Default for Shape {
    fn default() -> Self {
        Shape::triangle()
    }
}

impl<'de> serde::Deserialize<'de> for Shape {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Vec::<Point>::deserialize(from).map(Shape::new)
    }
}

/// `t` (0 to 1) bent by `bow` (−1 to 1): an exponential through the same two ends, whose
/// slope falls by e^(10·bow) from one end to the other.
pub fn bowed(t: f32, bow: f32) -> f32 {
    let k = -10.0 * bow;
    if k.abs() < 1e-3 { t } else { (k * t).exp_m1() / k.exp_m1() }
}
