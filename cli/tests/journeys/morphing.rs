//! Ways from one patch to another.

use std::fs;

use cultivar_patch::Preset;

use crate::shell::Shell;

#[test]
fn a_way_between_two_patches_is_written_in_even_steps() {
    let shell = Shell::new();
    let json = shell.json("morph factory:Init factory:Clav -o way --steps 5 --gate 0.3 --tail 0.2");
    assert_eq!(json["steps"].as_array().map(Vec::len), Some(5));
    let (mean, most) = (json["mean"].as_f64().expect("mean"), json["most"].as_f64().expect("most"));
    assert!(mean > 0.0 && most < 2.5 * mean, "{json}");
    for (step, end) in [("000", "factory:Init"), ("004", "factory:Clav")] {
        shell.done(&format!("render {end} -o end.wav --gate 0.3 --tail 0.2"));
        let same = ["end", &format!("way/{step}")]
            .map(|name| fs::read(shell.path(&format!("{name}.wav"))).expect("bytes"));
        assert!(same[0] == same[1], "{step} is not {end}");
    }
    shell.done("render way/002.cultivar -o middle.wav --gate 0.3 --tail 0.2");
    let middle = fs::read(shell.path("middle.wav")).expect("bytes");
    assert!(middle == fs::read(shell.path("way/002.wav")).expect("bytes"));
    let whole = Preset::load(&shell.path("way/morph.cultivar")).expect("a preset");
    assert_eq!(whole.notices, []);
    assert_eq!(whole.preset.partner.expect("a partner").preset.meta.name, "Clav");
    let text = shell.done("morph factory:Init factory:Clav -o way --steps 2 --gate 0.1 --tail 0");
    assert!(text.contains("100.0 %") && text.contains("mean"), "{text}");
    let file = shell.path("file");
    fs::write(&file, "x").expect("write");
    let why = shell.fails("morph factory:Init factory:Clav -o file", 1);
    assert!(why.len() == 1 && why[0].starts_with("cultivar: file: "), "{why:?}");
    shell.fails("morph factory:Init factory:Clav -o way --steps 1", 2);
    shell.fails("morph factory:Init factory:None -o way", 1);
}
