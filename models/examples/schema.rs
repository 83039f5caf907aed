//! Prints the schema that the training reads.

fn main() {
    print!("{}", cultivar_models::genome::layout().json());
}
