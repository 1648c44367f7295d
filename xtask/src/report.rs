//! Steps one after the other, and the table of how they went.

use std::time::{Duration, Instant};

use crate::project::Stop;

struct Row {
    name: &'static str,
    result: Result<(), Stop>,
    took: Duration,
}

/// The steps so far.
#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// Announces a step, runs it, and keeps how it went; a failure does not stop what comes after.
    /// Returns whether it passed, for steps that others need.
    pub fn step(&mut self, name: &'static str, run: impl FnOnce() -> Result<(), Stop>) -> bool {
        println!("\n==> {name}");
        let start = Instant::now();
        let result = run();
        let took = start.elapsed();
        match &result {
            Ok(()) => println!("<== {name}: passed in {}", seconds(took)),
            Err(stop) => println!("<== {name}: {stop} (after {})", seconds(took)),
        }
        let passed = result.is_ok();
        self.rows.push(Row { name, result, took });
        passed
    }

    /// Whether every step so far passed: none failed, and none was skipped.
    pub fn all_passed(&self) -> bool {
        self.rows.iter().all(|row| row.result.is_ok())
    }

    /// Prints the table and the line that sums it up.
    ///
    /// # Errors
    /// [`Stop::NotAllPassed`] if a step failed. A skipped one is no failure.
    pub fn close(&self) -> Result<(), Stop> {
        let (mut passed, mut failed, mut skipped) = (0, 0, 0);
        println!("\nTime      Result   Step");
        for row in &self.rows {
            let (word, why) = match &row.result {
                Ok(()) => {
                    passed += 1;
                    ("passed", String::new())
                }
                Err(Stop::Skipped(why)) => {
                    skipped += 1;
                    ("skipped", format!(" ({why})"))
                }
                Err(stop) => {
                    failed += 1;
                    ("FAILED", format!(" ({stop})"))
                }
            };
            println!("{:>8}  {word:<7}  {}{why}", seconds(row.took), row.name);
        }
        println!("\n{passed} passed, {failed} failed, {skipped} skipped");
        if failed == 0 { Ok(()) } else { Err(Stop::NotAllPassed) }
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
