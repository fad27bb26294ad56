//! Compiles the shim against the same LibTorch that torch-sys found, and tells dependents where that lies.

use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=shim");
    println!("cargo:rerun-if-env-changed=LIBTORCH_INCLUDE");
    // torch-sys names no folder in a build that only type-checks.
    let Some(lib) = std::env::var_os("DEP_TCH_LIBTORCH_LIB") else { return };
    let lib = PathBuf::from(lib);
    println!("cargo:libtorch_lib={}", lib.display());
    println!("cargo:rustc-link-arg=-Wl,-rpath,{}", lib.display());
    // Without this the linker drops libtorch.so, and with it the CUDA back end it pulls in.
    println!("cargo:rustc-link-arg=-Wl,--no-as-needed");
    println!("cargo:rustc-link-arg=-ltorch");

    let include = std::env::var_os("LIBTORCH_INCLUDE")
        .map_or_else(|| lib.with_file_name("include"), |root| PathBuf::from(root).join("include"));
    let x86 = std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "x86_64");
    let mut sets = vec![("base", None)];
    if x86 {
        sets.extend([("v3", Some("x86-64-v3")), ("v4", Some("x86-64-v4"))]);
    }
    // Each build of rows.cpp is a library of its own: cc names an object after its source.
    for (name, march) in sets {
        let mut build = base(x86);
        build
            .file("shim/rows.cpp")
            .define("AFFEKT_KERNELS", Some(format!("kernels_{name}").as_str()))
            // One rounding a product and one a sum, on every machine.
            .flag("-ffp-contract=off")
            .flag("-fno-math-errno");
        if let Some(march) = march {
            build.flag(format!("-march={march}"));
        }
        build.compile(&format!("affekt_rows_{name}"));
    }
    base(x86)
        .files(["shim/shim.cpp", "shim/norm_act.cpp", "shim/conv.cpp"])
        // As system headers: their warnings are not ours to mend.
        .flag(format!("-isystem{}", include.display()))
        .flag(format!("-isystem{}", include.join("torch/csrc/api/include").display()))
        .define("_GLIBCXX_USE_CXX11_ABI", "1")
        .flag_if_supported("-Wno-maybe-uninitialized")
        .compile("affekt_shim");
    // Archives are searched once, in order: the users of symbols stand before those who have them.
    println!("cargo:rustc-link-lib=dylib=torch_cpu");
    println!("cargo:rustc-link-lib=dylib=c10");
}

fn base(x86: bool) -> cc::Build {
    let mut build = cc::Build::new();
    build.cpp(true).std("c++17").opt_level(3).define("NDEBUG", None);
    if x86 {
        build.define("AFFEKT_X86", None);
    }
    build
}
