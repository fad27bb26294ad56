//! tmp
use affekt_data::Dataset;
#[test]
fn speed() {
    for videos in [25, 50] {
        let t = tempfile::tempdir().unwrap();
        let tree = affekt_testkit::Tree::new(t.path());
        for v in 0..videos {
            let va: String = std::iter::once("valence,arousal\n".to_owned()).chain((0..4000).map(|k| format!("0.{},-0.25\n", k % 10))).collect();
            let ex: String = std::iter::once("Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n".to_owned()).chain((0..4000).map(|k| format!("{}\n", k % 8))).collect();
            let au: String = std::iter::once("AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26\n".to_owned()).chain((0..4000).map(|_| "1,0,0,0,0,0,0,0,0,0,0,1\n".to_owned())).collect();
            let r = "6th_ABAW_Annotations";
            for (p, part) in [("Train_Set", v % 4 != 0), ("Validation_Set", v % 4 == 0)] {
                if !part { 
                    std::fs::create_dir_all(t.path().join(format!("{r}/VA_Set/{p}"))).unwrap();
                    std::fs::create_dir_all(t.path().join(format!("{r}/EXPR_Set/{p}"))).unwrap();
                    std::fs::create_dir_all(t.path().join(format!("{r}/AU_Set/{p}"))).unwrap();
                    continue; }
                tree.write(&format!("{r}/VA_Set/{p}/v{v}.txt"), &va);
                tree.write(&format!("{r}/EXPR_Set/{p}/v{v}.txt"), &ex);
                tree.write(&format!("{r}/AU_Set/{p}/v{v}.txt"), &au);
            }
            for k in 1..=4000 { tree.write(&format!("cropped_aligned/v{v}/{k:05}.jpg"), ""); }
        }
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data-manifests/aff-wild2-tracks.toml")).unwrap();
        let d = Dataset::parse(&text).unwrap();
        let s = std::time::Instant::now();
        let r = d.reader().read(t.path()).unwrap();
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let hwm = status.lines().find(|l| l.starts_with("VmHWM")).unwrap().to_owned();
        eprintln!("{} rows {:?} {hwm}", r.rows.len(), s.elapsed());
    }
}
