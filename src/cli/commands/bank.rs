//! `fettle bank`.

use super::bank_learn;
use super::bank_thresholds;
use super::bank_versions;
use super::known_defects::print_known;
use super::left_out::print_left_out;
use crate::args;
use crate::terminal::Terminal;
use fettle_engine::{BankInfo, BankState, Engine, ExtendBank, FitBank, ListBanks, UndoBank};
use fettle_i18n::Value;

pub(crate) fn run(engine: &Engine, terminal: &Terminal, args: &args::Bank) -> anyhow::Result<()> {
    match args {
        args::Bank::Stats { product, plot, json } => {
            return bank_thresholds::stats(engine, terminal, product, plot.clone(), *json);
        }
        args::Bank::Threshold { product, rule, .. } => {
            return bank_thresholds::threshold(engine, terminal, product, rule);
        }
        args::Bank::Learn { product, json } => {
            return bank_learn::run(engine, terminal, product, *json);
        }
        args::Bank::Check { product, json } => {
            return bank_thresholds::check(engine, terminal, product, *json);
        }
        args::Bank::Fit { product, ratio, seed, rule, input } => {
            let rule = rule.threshold_rule();
            let (product, recipe) = (product.clone(), input.recipe_choice());
            let request = FitBank { product, ratio: *ratio, seed: *seed, rule, recipe };
            let fitted = terminal.run(engine, request)?;
            let values = [
                ("product", fitted.bank.product.to_string().into()),
                ("version", fitted.bank.version.into()),
                ("rows", fitted.rows.into()),
                ("images", fitted.images.into()),
                ("model", fitted.bank.model.to_string().into()),
                ("unsure", fitted.thresholds.unsure.into()),
                ("image", fitted.thresholds.image.into()),
                ("pixel", fitted.thresholds.pixel.into()),
            ];
            terminal.print_message("bank-fitted", &values);
            bank_thresholds::print_certainty(terminal, &fitted.rates, fitted.sensitivity);
            if let Some(known) = &fitted.known {
                print_known(terminal, known);
            }
            if let Some(asked) = fitted.rows_asked {
                let values = [("asked", asked.into()), ("rows", fitted.rows.into())];
                terminal.print_message("bank-rows-capped", &values);
            }
            if fitted.held_out < fitted.images {
                let values =
                    [("held-out", fitted.held_out.into()), ("images", fitted.images.into())];
                terminal.print_message("bank-held-out-sample", &values);
            }
            for path in fitted.suspicious {
                terminal.print_message("bank-suspicious", &[("path", path.into())]);
            }
        }
        args::Bank::Add { product, images, recursive, preview, json } => {
            let (product, paths) = (product.clone(), images.clone());
            let (recursive, preview) = (*recursive, *preview);
            let request = ExtendBank { product, paths, recursive, preview };
            let extended = terminal.run(engine, request)?;
            if *json {
                return terminal.print_json(&extended);
            }
            bank_versions::print_extended(terminal, &extended);
            print_left_out(terminal, &extended.passed_over, extended.unread);
        }
        args::Bank::Undo { product } => {
            let undone = terminal.run(engine, UndoBank(product.clone()))?;
            bank_versions::print_undone(terminal, &undone);
            // Known defects may have come and gone since the earlier bank learned of them.
            bank_learn::learn_changed(engine, terminal, product, false)?;
        }
        args::Bank::List { product, json } => {
            let banks = terminal.run(engine, ListBanks(product.clone()))?;
            if *json {
                return terminal.print_json(&banks);
            }
            bank_versions::print_list(terminal, product, &banks);
        }
        args::Bank::Info { product, json } => {
            let state = terminal.run(engine, BankInfo(product.clone()))?;
            if *json {
                return terminal.print_json(&state);
            }
            let code = [("product", product.to_string().into())];
            match state {
                None => terminal.print_message("skip-no-bank", &code),
                Some(state) => {
                    let values = [
                        ("product", product.to_string().into()),
                        ("version", state.bank.version.into()),
                        ("rows", state.rows.into()),
                        ("images", state.images.into()),
                        ("model", state.bank.model.to_string().into()),
                        ("unsure", state.thresholds.unsure.into()),
                        ("image", state.thresholds.image.into()),
                        ("pixel", state.thresholds.pixel.into()),
                    ];
                    terminal.print_message("bank-fitted", &values);
                    print_taking(terminal, &state);
                    if state.area_changed {
                        terminal.print_message("notice-area-changed", &code);
                    }
                    if state.unseen_images > 0 {
                        terminal.print_message("hint-bank", &code);
                    }
                }
            }
        }
    }
    Ok(())
}

/// Prints where the parts lie in the pictures of a bank, and which samples are white.
fn print_taking(terminal: &Terminal, state: &BankState) {
    let number = |value: f32| Value::Number { value: value.into(), digits: 0 };
    match &state.position {
        None => terminal.print_message("bank-no-position", &[]),
        Some(position) => {
            let [across, down, degrees, size] = position.tolerance();
            let values = [
                ("across", number(100.0 * across)),
                ("down", number(100.0 * down)),
                ("degrees", number(degrees)),
                ("size", number(100.0 * size)),
            ];
            terminal.print_message("bank-position", &values);
        }
    }
    if let Some(samples) = state.sample_bits {
        let values = [("used", samples.bits().into()), ("bits", 16_u32.into())];
        terminal.print_message("notice-picture-product-range", &values);
    }
}
