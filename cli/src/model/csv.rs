//! Lines of numbers with commas between them.

/// Samples of a file.
pub(super) struct Samples {
    /// Numbers of each sample, as they are written.
    pub(super) rows: Vec<Vec<String>>,
    /// Line of each sample, counted from one.
    pub(super) lines: Vec<usize>,
    /// Label of each sample; empty when the file has none.
    pub(super) labels: Vec<String>,
}

impl Samples {
    /// Reads samples of `cols` numbers. A line may have one cell more, the label; then every line must. A first line that begins with something
    /// else than a number is a header. Empty lines are skipped.
    pub(super) fn parse(text: &str, cols: usize) -> Result<Self, String> {
        let mut samples = Self { rows: Vec::new(), lines: Vec::new(), labels: Vec::new() };
        let filled = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        for (at, line) in filled {
            let mut cells: Vec<String> = line.split(',').map(|cell| cell.trim().to_owned()).collect();
            if samples.rows.is_empty() && at == 0 && cells[0].parse::<f64>().is_err() {
                continue;
            }
            let line = at + 1;
            if cells.len() == cols + 1 {
                samples.labels.extend(cells.pop());
            } else if cells.len() != cols {
                return Err(format!(
                    "line {line} has {} values; the model takes {cols}, and a label may follow",
                    cells.len()
                ));
            }
            samples.rows.push(cells);
            samples.lines.push(line);
            if !samples.labels.is_empty() && samples.labels.len() != samples.rows.len() {
                return Err(format!("line {line}: some lines have a label and some have none"));
            }
        }
        if samples.rows.is_empty() {
            return Err("there is no line of numbers".to_owned());
        }
        Ok(samples)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn parse_tells_labels_and_header_from_numbers() {
        let samples = Samples::parse("a,b,label\n1, 2,x\n\n-3,4.5,y\n", 2).unwrap();
        assert_eq!(samples.rows, [["1", "2"], ["-3", "4.5"]]);
        assert_eq!((samples.lines, samples.labels), (vec![2, 4], vec!["x".to_owned(), "y".to_owned()]));
        let samples = Samples::parse("1,2", 2).unwrap();
        assert_eq!((samples.rows.len(), samples.labels.len()), (1, 0));
    }

    #[test]
    fn parse_refuses_lines_that_do_not_fit() {
        let refused = |text| Samples::parse(text, 2).err().unwrap();
        assert_eq!(refused("1,2,x,y"), "line 1 has 4 values; the model takes 2, and a label may follow");
        assert_eq!(refused("1,2\n1"), "line 2 has 1 values; the model takes 2, and a label may follow");
        assert_eq!(refused("1,2\n1,2,x"), "line 2: some lines have a label and some have none");
        assert_eq!(refused("1,2,x\n1,2"), "line 2: some lines have a label and some have none");
        assert_eq!(refused("a,b\n"), "there is no line of numbers");
        assert_eq!(refused("1,2\na,b,c,d"), "line 2 has 4 values; the model takes 2, and a label may follow");
    }
}
