//! Laws of the layout.

use super::{Drawing, Layout, place};
use proptest::prelude::*;

const BOX: (i64, i64) = (100, 20);

fn laid_out(boxes: &[(i64, i64)], edges: &[(usize, usize)]) -> Layout {
    place(&Drawing { boxes, edges, across: 40, between: 10, width: 600 })
}

fn apart(boxes: &[(i64, i64)], layout: &Layout) {
    for (a, (first, first_size)) in layout.corners.iter().zip(boxes).enumerate() {
        for (second, second_size) in layout.corners.iter().zip(boxes).skip(a + 1) {
            let beside = first.0 + first_size.0 <= second.0 || second.0 + second_size.0 <= first.0;
            let above = first.1 + first_size.1 <= second.1 || second.1 + second_size.1 <= first.1;
            assert!(beside || above, "two boxes overlap: {first:?} {second:?}");
        }
        assert!(first.0 >= 0 && first.1 >= 0);
        assert!(first.0 + first_size.0 <= layout.size.0 && first.1 + first_size.1 <= layout.size.1);
    }
}

#[test]
fn what_is_needed_stands_left() {
    let boxes = [BOX; 4];
    let layout = laid_out(&boxes, &[(1, 0), (2, 1), (2, 0)]);
    apart(&boxes, &layout);
    let x: Vec<i64> = layout.corners.iter().map(|corner| corner.0).collect();
    assert!(x[0] < x[1] && x[1] < x[2], "{x:?}");
    // the long edge passes the middle layer: in on one side, out on the other
    assert_eq!(layout.ways[2].len(), 2);
    assert!(layout.ways[2][0].0 > layout.ways[2][1].0);
    // what has no edge stands apart
    assert!(x[3] > x[2], "{x:?}");
    // lines leave on the right where the layer ends
    assert_eq!(layout.sides[0], x[0] + BOX.0);
}

#[test]
fn cycles_and_loops_have_a_place() {
    let boxes = [BOX; 3];
    let layout = laid_out(&boxes, &[(0, 1), (1, 2), (2, 0), (1, 1)]);
    apart(&boxes, &layout);
    assert_eq!(layout, laid_out(&boxes, &[(0, 1), (1, 2), (2, 0), (1, 1)]));
}

#[test]
fn two_ladders_do_not_cross() {
    let boxes = [BOX; 4];
    let layout = laid_out(&boxes, &[(2, 1), (3, 0), (2, 1), (3, 1)]);
    let y: Vec<i64> = layout.corners.iter().map(|corner| corner.1).collect();
    assert_eq!(y[0] < y[1], y[3] < y[2], "{y:?}");
}

#[test]
fn nothing_is_nothing() {
    assert_eq!(laid_out(&[], &[]), Layout::default());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_two_boxes_overlap(
        sizes in prop::collection::vec((20_i64..200, 10_i64..90), 1..40),
        ends in prop::collection::vec((0_usize..40, 0_usize..40), 0..80),
    ) {
        let count = sizes.len();
        let edges: Vec<_> = ends.into_iter().map(|(a, b)| (a % count, b % count)).collect();
        apart(&sizes, &laid_out(&sizes, &edges));
    }
}
