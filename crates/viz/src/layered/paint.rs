//! Last step: the drawing.

use super::place::Layout;
use super::skeleton::{Block, Skeleton};
use super::{Graph, NodeStyle};
use crate::colour::{BLUE, Colour, FAINT_INK, GREEN, INK, ORANGE, VERMILLION, WHITE};
use crate::svg::{Anchor, Canvas, Font, Look, PathData, Rect, Svg};
use crate::text;

const EDGE: f64 = 16.0;
const TITLE: f64 = 16.0;
const FIRST_LINE: f64 = 12.0;
const LINE: f64 = 10.5;
const LINE_STEP: f64 = 14.0;
const WIDEST_LINE: f64 = 240.0;
const BOX_PAD: f64 = 8.0;
const BADGE_PAD: f64 = 4.0;
const BADGE_SIDE: f64 = 10.0;
/// From the badge of an operation to the box of its output.
const STEM: f64 = 13.0;
const ARROW: f64 = 6.5;
const LINES_APART: f64 = 14.0;
const LEGEND_ROW: f64 = 24.0;
const LEAST_WIDTH: f64 = 300.0;

/// The text of a box or badge: the first line bold, each at most [`WIDEST_LINE`] wide.
fn fitted(lines: &[String]) -> Vec<String> {
    let room = |i| if i == 0 { WIDEST_LINE / text::bold_width("x", 1.0) * text::width("x", 1.0) } else { WIDEST_LINE };
    lines.iter().enumerate().map(|(i, line)| text::fit(line, line_size(i), room(i))).collect()
}

/// Whether a text is shown whole as the first line of a box or badge.
pub(crate) fn fits_first_line(line: &str) -> bool {
    text::bold_width(line, FIRST_LINE) <= WIDEST_LINE
}

/// Whether a text is shown whole as another line.
pub(crate) fn fits_line(line: &str) -> bool {
    text::width(line, LINE) <= WIDEST_LINE
}

fn line_size(index: usize) -> f64 {
    if index == 0 { FIRST_LINE } else { LINE }
}

/// The size of a text of several lines.
fn text_size(lines: &[String]) -> (f64, f64) {
    let width =
        |(i, line): (usize, &String)| if i == 0 { text::bold_width(line, FIRST_LINE) } else { text::width(line, LINE) };
    let widest = fitted(lines).iter().enumerate().map(width).fold(0.0, f64::max);
    (widest, lines.len().max(1) as f64 * LINE_STEP)
}

fn box_size(lines: &[String]) -> (f64, f64) {
    let (width, height) = text_size(lines);
    (width.max(24.0) + 2.0 * BOX_PAD, height + 2.0 * BOX_PAD - 4.0)
}

fn badge_size(lines: &[String]) -> (f64, f64) {
    let (width, height) = text_size(lines);
    (width.max(12.0) + 2.0 * BADGE_SIDE, height + 2.0 * BADGE_PAD)
}

/// The width and height of a block: a box, a badge, or a badge above a box.
pub(super) fn block_size(graph: &Graph, block: &Block) -> (f64, f64) {
    let node = block.node.map(|node| box_size(&graph.nodes[node].lines));
    let badge = block.operation.map(|operation| badge_size(&graph.operations[operation].lines));
    match (badge, node) {
        (Some(badge), Some(node)) => (badge.0.max(node.0), badge.1 + STEM + node.1),
        (Some(size), None) | (None, Some(size)) => size,
        (None, None) => (0.0, 0.0),
    }
}

/// Draws the graph as it is laid out.
pub(super) fn paint(graph: &Graph, skeleton: &Skeleton, layout: &Layout) -> Svg {
    let mut canvas = Canvas::default();
    let legend = legend(graph);
    let legend_width: f64 = legend.iter().map(|(_, meaning)| legend_entry_width(meaning)).sum();
    let inner = layout.width.max(legend_width).max(LEAST_WIDTH);
    let title = text::wrap_bold(&graph.title, TITLE, inner);
    for (i, line) in title.iter().enumerate() {
        let at = (EDGE, EDGE + (i as f64 + 0.75) * TITLE * 1.3);
        canvas.text(at, line, Font::new(TITLE, Anchor::Start).bold());
    }
    let note_top = EDGE + title.len() as f64 * TITLE * 1.3;
    let note = text::wrap_bold(&graph.note, LINE, inner);
    for (i, line) in note.iter().enumerate() {
        let at = (EDGE, note_top + (i as f64 + 0.75) * LINE_STEP);
        canvas.text(at, line, Font::new(LINE, Anchor::Start).coloured(TEXT));
    }
    let legend_top = note_top + note.len() as f64 * LINE_STEP;
    draw_legend(&mut canvas, &legend, legend_top);
    let corner = (EDGE + (inner - layout.width) / 2.0, legend_top + LEGEND_ROW + 14.0);
    let rects: Vec<Rect> =
        layout.rects.iter().map(|rect| Rect { x: rect.x + corner.0, y: rect.y + corner.1, ..*rect }).collect();

    draw_lines(&mut canvas, graph, skeleton, &rects, |vertex| layout.layer_top[vertex] + corner.1);
    for (block, rect) in skeleton.blocks.iter().zip(&rects) {
        draw_block(&mut canvas, graph, block, *rect);
    }
    canvas.finish(&graph.title, inner + 2.0 * EDGE, corner.1 + layout.height + EDGE)
}

/// Where the lines of each link leave and arrive: those of one block side by side, in the order of their other ends, so
/// that they do not cross at the block.
fn ports(skeleton: &Skeleton, rects: &[Rect], room: impl Fn(usize) -> f64, leaving: bool) -> Vec<Vec<f64>> {
    let centre = |vertex: usize| rects[vertex].x + rects[vertex].width / 2.0;
    let ends = |link: usize| {
        let link = &skeleton.links[link];
        if leaving { (link.from, link.to) } else { (link.to, link.from) }
    };
    let mut by_vertex: Vec<usize> = (0..skeleton.links.len()).collect();
    by_vertex.sort_by(|&a, &b| {
        let ((here_a, there_a), (here_b, there_b)) = (ends(a), ends(b));
        here_a.cmp(&here_b).then(centre(there_a).total_cmp(&centre(there_b))).then(there_a.cmp(&there_b))
    });
    let mut ports = vec![Vec::new(); skeleton.links.len()];
    for links in by_vertex.chunk_by(|&a, &b| ends(a).0 == ends(b).0) {
        let here = ends(links[0]).0;
        let lines: usize = links.iter().map(|&link| skeleton.links[link].count).sum();
        // A lane is a single line: all that passes it leaves and arrives in its middle.
        let step = if skeleton.is_lane(here) { 0.0 } else { LINES_APART.min(room(here) / lines as f64) };
        let mut x = centre(here) - step * (lines as f64 - 1.0) / 2.0;
        for &link in links {
            for _ in 0..skeleton.links[link].count {
                ports[link].push(x);
                x += step;
            }
        }
    }
    ports
}

fn draw_lines(
    canvas: &mut Canvas,
    graph: &Graph,
    skeleton: &Skeleton,
    rects: &[Rect],
    layer_top: impl Fn(usize) -> f64,
) {
    let block = |vertex: usize| skeleton.blocks[vertex];
    let node_room = |node: usize| box_size(&graph.nodes[node].lines).0 - 2.0 * BOX_PAD;
    let badge_room = |operation: usize| badge_size(&graph.operations[operation].lines).0 - 2.0 * BADGE_SIDE;
    let lower = |vertex: usize| block(vertex).node.map(node_room).or(block(vertex).operation.map(badge_room));
    let upper = |vertex: usize| block(vertex).operation.map(badge_room).or(block(vertex).node.map(node_room));
    let leaving = ports(skeleton, rects, |vertex| lower(vertex).unwrap_or(0.0), true);
    let arriving = ports(skeleton, rects, |vertex| upper(vertex).unwrap_or(0.0), false);

    let (mut lines, mut heads) = (PathData::default(), PathData::default());
    for (i, link) in skeleton.links.iter().enumerate() {
        let to_lane = skeleton.is_lane(link.to);
        // The badge of an operation is part of the edge: the head of the arrow comes after it.
        let to_box = !to_lane && block(link.to).operation.is_none();
        for (&from_x, &to_x) in leaving[i].iter().zip(&arriving[i]) {
            let (start, bend_end) = ((from_x, rects[link.from].bottom()), (to_x, layer_top(link.to)));
            lines.move_to(start.0, start.1);
            lines.flow_to(start, bend_end);
            let end = if to_lane { rects[link.to].bottom() } else { rects[link.to].y };
            if to_box {
                lines.line_to(to_x, end - ARROW / 2.0);
                arrow_head(&mut heads, (to_x, end));
            } else if end > bend_end.1 {
                lines.line_to(to_x, end);
            }
        }
    }
    for (block, rect) in skeleton.blocks.iter().zip(rects) {
        if let (Some(node), Some(_)) = (block.node, block.operation) {
            let (x, top) = (rect.x + rect.width / 2.0, rect.bottom() - box_size(&graph.nodes[node].lines).1);
            lines.move_to(x, top - STEM);
            lines.line_to(x, top - ARROW / 2.0);
            arrow_head(&mut heads, (x, top));
        }
    }
    canvas.path(&lines, Look::stroke(FAINT_INK, 1.3));
    canvas.path(&heads, Look::fill(FAINT_INK));
}

fn arrow_head(path: &mut PathData, (x, y): (f64, f64)) {
    path.polygon(&[(x, y), (x - ARROW / 2.0, y - ARROW), (x + ARROW / 2.0, y - ARROW)]);
}

fn draw_block(canvas: &mut Canvas, graph: &Graph, block: &Block, rect: Rect) {
    let middle = rect.x + rect.width / 2.0;
    let centred = |(width, height): (f64, f64), y: f64| Rect { x: middle - width / 2.0, y, width, height };
    if let Some(operation) = block.operation.map(|operation| &graph.operations[operation]) {
        let badge = centred(badge_size(&operation.lines), rect.y);
        canvas.open_group(&operation.tooltip);
        canvas.rounded_rect(badge, 10.0, badge_look(operation.folded));
        draw_text(canvas, &operation.lines, badge);
        canvas.close();
    }
    if let Some(node) = block.node.map(|node| &graph.nodes[node]) {
        let size = box_size(&node.lines);
        let area = centred(size, rect.bottom() - size.1);
        canvas.open_group(&node.tooltip);
        canvas.rounded_rect(area, 3.0, box_look(node.style));
        draw_text(canvas, &node.lines, area);
        canvas.close();
    }
}

fn draw_text(canvas: &mut Canvas, lines: &[String], area: Rect) {
    let height = lines.len() as f64 * LINE_STEP;
    let top = area.y + (area.height - height) / 2.0;
    for (i, line) in fitted(lines).iter().enumerate() {
        let font = Font::new(line_size(i), Anchor::Middle).coloured(if i == 0 { INK } else { TEXT });
        let at = (area.x + area.width / 2.0, top + (i as f64 + 0.5) * LINE_STEP + 0.36 * line_size(i));
        canvas.text(at, line, if i == 0 { font.bold() } else { font });
    }
}

/// Lines after the first: darker than other faint text, because they are small and on colour.
const TEXT: Colour = Colour(64, 64, 64);

fn box_look(style: NodeStyle) -> Look {
    let tinted = |colour: Colour| Look::fill(WHITE.mix(colour, 0.16)).outlined(colour, 1.3);
    match style {
        NodeStyle::Leaf => tinted(GREEN),
        NodeStyle::Constant => tinted(FAINT_INK).dashed("4 3"),
        NodeStyle::Value => tinted(BLUE),
        NodeStyle::Root => Look::fill(WHITE.mix(VERMILLION, 0.22)).outlined(VERMILLION, 2.2),
    }
}

fn badge_look(folded: bool) -> Look {
    if folded {
        Look::fill(WHITE.mix(ORANGE, 0.2)).outlined(ORANGE, 2.2)
    } else {
        Look::fill(WHITE).outlined(FAINT_INK, 1.0)
    }
}

/// The looks that occur and what they mean.
fn legend(graph: &Graph) -> Vec<(Look, &'static str)> {
    let meanings = [
        (NodeStyle::Leaf, "leaf with gradient"),
        (NodeStyle::Constant, "constant"),
        (NodeStyle::Value, "result"),
        (NodeStyle::Root, "root"),
    ];
    let occurs = |style: NodeStyle| graph.nodes.iter().any(|node| node.style == style);
    let nodes = meanings.into_iter().filter(|entry| occurs(entry.0)).map(|(style, text)| (box_look(style), text));
    let folded = graph.operations.iter().any(|operation| operation.folded);
    nodes.chain(folded.then_some((badge_look(true), "folded"))).collect()
}

const SAMPLE: f64 = 18.0;

fn legend_entry_width(meaning: &str) -> f64 {
    SAMPLE + 6.0 + text::width(meaning, LINE) + 16.0
}

fn draw_legend(canvas: &mut Canvas, legend: &[(Look, &str)], top: f64) {
    let mut x = EDGE;
    for &(look, meaning) in legend {
        let sample = Rect { x, y: top + (LEGEND_ROW - 12.0) / 2.0, width: SAMPLE, height: 12.0 };
        canvas.rounded_rect(sample, 3.0, look);
        let at = (x + SAMPLE + 6.0, top + LEGEND_ROW / 2.0 + 0.36 * LINE);
        canvas.text(at, meaning, Font::new(LINE, Anchor::Start).coloured(TEXT));
        x += legend_entry_width(meaning);
    }
}
