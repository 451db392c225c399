//! Migrations are part of the program: a new one must build it anew, which the macro that takes them in does not see to.

fn main() {
    println!("cargo::rerun-if-changed=../../infra/migrations");
}
