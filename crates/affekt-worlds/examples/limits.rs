//! Prints the limits of world files: `cargo run --release --example limits -- configs/worlds/*.toml`.

use affekt_core::Seed;
use affekt_worlds::World;

#[expect(clippy::print_stdout, reason = "an example prints its result")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        let world = World::load(&path)?;
        let limits = world.limits();
        let spread = limits.sampling_sd(2_000, 500, Seed(0));
        println!(
            "{}: accuracy {:.4}, best rule {:.4}; macro-F1 {:.4}, argmax {:.4}; entropy {:.4}; sd at n = 2,000: {:.4} and {:.4}",
            world.name(),
            limits.accuracy,
            limits.best_rule_accuracy,
            limits.macro_f1,
            limits.argmax_macro_f1,
            limits.mean_entropy,
            spread.accuracy,
            spread.macro_f1
        );
        for (c, class) in world.label_set().classes().iter().enumerate() {
            let row: Vec<String> = limits.argmax_confusion[c].iter().map(|p| format!("{p:.4}")).collect();
            println!(
                "  {class:<10} F1 best {:.3} argmax {:.3} | {}",
                limits.best_f1_per_class[c],
                limits.argmax_f1_per_class[c],
                row.join(" ")
            );
        }
    }
    Ok(())
}
