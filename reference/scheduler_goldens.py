"""CogVideoX DDIM and DPM goldens: schedules in float64, step sequences, training targets; flow matching by Euler."""

import torch
from diffusers import CogVideoXDDIMScheduler, CogVideoXDPMScheduler, FlowMatchEulerDiscreteScheduler

from common import SCHEDULER, TESTDATA, generator, noise, save

FOLDER = TESTDATA / "scheduler"
SHAPE = (1, 2, 3, 2, 3)


def make(kind, **changes):
    cls = dict(ddim=CogVideoXDDIMScheduler, dpm=CogVideoXDPMScheduler)[kind]
    return cls(**{**SCHEDULER, **changes})


def schedules():
    out = {}
    cases = {
        "shift1": dict(snr_shift_scale=1.0),
        "shift3": dict(snr_shift_scale=3.0),
        "shift3_no_zsnr": dict(snr_shift_scale=3.0, rescale_betas_zero_snr=False),
        "linear_shift1_no_zsnr": dict(beta_schedule="linear", rescale_betas_zero_snr=False),
        "cosine_shift1": dict(beta_schedule="squaredcos_cap_v2"),
        "trained_betas": dict(trained_betas=[0.01 * (i + 1) for i in range(10)], num_train_timesteps=10,
                              rescale_betas_zero_snr=False),
    }
    for case, changes in cases.items():
        scheduler = make("ddim", **changes)
        out[f"alphas_cumprod/{case}"] = scheduler.alphas_cumprod  # float64 for scaled_linear, else float32
    for spacing in ("trailing", "leading", "linspace"):
        for steps in (1, 2, 3, 5, 7, 13, 30, 50, 61, 333, 999, 1000):
            scheduler = make("ddim", timestep_spacing=spacing)
            scheduler.set_timesteps(steps)
            out[f"timesteps/{spacing}/{steps}"] = scheduler.timesteps
        # for every number of steps the sum of (i + 1) * t_i, the stray -1 of some trailing schedules left out
        checksums = []
        for steps in range(1, 1001):
            scheduler.set_timesteps(steps)
            t = scheduler.timesteps[:steps]
            checksums.append(int((t * torch.arange(1, steps + 1)).sum()))
        out[f"timesteps/{spacing}/checksums"] = torch.tensor(checksums)
    scheduler = make("ddim", timestep_spacing="leading", steps_offset=1)
    scheduler.set_timesteps(7)
    out["timesteps/leading_offset1/7"] = scheduler.timesteps
    save(FOLDER / "schedules.safetensors", out)


def fake_model(x, i):
    """Stands for a network: any smooth function of the sample and the step will do."""
    return torch.sin(1.7 * x + 0.3 * i) * 0.9 + 0.1 * x


def sequence(out, case, kind, steps, seed, dtype=torch.float32, keep_all=True, **changes):
    """Runs `steps` steps. Stores the noise, the model outputs and the samples, in order, stacked on axis 0."""
    scheduler = make(kind, **changes)
    scheduler.set_timesteps(steps)
    g = generator(seed)
    x = torch.randn(SHAPE, generator=g, dtype=dtype)
    out[f"{case}/initial"], out[f"{case}/timesteps"] = x, scheduler.timesteps
    old, outputs, samples, originals = None, [], [], []
    for i, t in enumerate(scheduler.timesteps):
        prediction = fake_model(x.float(), i)
        if kind == "ddim":
            x, old = scheduler.step(prediction, t, x, generator=g, return_dict=False)
        else:
            x, old = scheduler.step(prediction, old, t, scheduler.timesteps[i - 1] if i > 0 else None, x,
                                    generator=g, return_dict=False)
        x = x.to(dtype)
        outputs.append(prediction), samples.append(x), originals.append(old)
    if keep_all:
        out[f"{case}/model_outputs"] = torch.stack(outputs)
        out[f"{case}/samples"] = torch.stack(samples)
        out[f"{case}/pred_original_samples"] = torch.stack(originals)
    out[f"{case}/final"] = x
    out[f"{case}/next_randn"] = torch.randn(4, generator=g)  # tells how many numbers the run has drawn
    assert torch.isfinite(x).all(), case


def sequences():
    out = {}
    for shift in (1.0, 3.0):
        for kind in ("ddim", "dpm"):
            for steps in (1, 2, 5, 7, 50):
                sequence(out, f"{kind}/shift{shift:g}/steps{steps}", kind, steps, seed=steps, keep_all=steps < 50,
                         snr_shift_scale=shift)
    for kind in ("ddim", "dpm"):
        # zero terminal SNR has no epsilon (division by zero at t=999), so those cases go without it
        for prediction in ("epsilon", "sample", "v_prediction"):
            sequence(out, f"{kind}/{prediction}_leading/steps5", kind, 5, seed=11, prediction_type=prediction,
                     timestep_spacing="leading", rescale_betas_zero_snr=False, steps_offset=1)
        sequence(out, f"{kind}/linspace/steps6", kind, 6, seed=12, timestep_spacing="linspace")
        sequence(out, f"{kind}/alpha_not_one/steps5", kind, 5, seed=13, set_alpha_to_one=False)
        sequence(out, f"{kind}/bf16/steps5", kind, 5, seed=14, dtype=torch.bfloat16)
    save(FOLDER / "sequences.safetensors", out)


def training():
    """add_noise, get_velocity and the recovery of x0, for one timestep per batch element."""
    out = {}
    timesteps = torch.tensor([0, 1, 250, 500, 998, 999])
    x0, eps = noise(21, 6, 2, 3, 2, 3), noise(22, 6, 2, 3, 2, 3)
    for shift in (1.0, 3.0):
        for kind in ("ddim", "dpm"):
            scheduler = make(kind, snr_shift_scale=shift)
            noisy = scheduler.add_noise(x0, eps, timesteps)
            velocity = scheduler.get_velocity(x0, eps, timesteps)
            key = f"{kind}/shift{shift:g}"
            out[f"{key}/noisy"], out[f"{key}/velocity"] = noisy, velocity
            # the training scripts recover x0 by feeding (v, noisy) in place of (x0, noise)
            out[f"{key}/recovered"] = scheduler.get_velocity(velocity, noisy, timesteps)
        half = make("ddim", snr_shift_scale=shift).add_noise(x0.bfloat16(), eps.bfloat16(), timesteps)
        out[f"ddim/shift{shift:g}/noisy_bf16"] = half
    out |= {"original": x0, "noise": eps, "timesteps": timesteps}
    save(FOLDER / "training.safetensors", out)


def flow():
    """Rectified flow: shares of noise, what the network is told, and the samples of whole runs."""
    out = {}
    for shift, steps in ((1, 1), (1, 2), (1, 7), (3, 5), (2.5, 50), (0.7, 5)):
        key = f"shift{shift:g}/steps{steps}"
        for dtype, name in ((torch.float32, "fp32"), (torch.bfloat16, "bf16")):
            scheduler = FlowMatchEulerDiscreteScheduler(shift=shift)
            scheduler.set_timesteps(steps)
            out[f"{key}/sigmas"], out[f"{key}/timesteps"] = scheduler.sigmas, scheduler.timesteps
            x = torch.randn(SHAPE, generator=generator(steps), dtype=dtype)
            out[f"{key}/{name}/initial"], samples = x, []
            for i, t in enumerate(scheduler.timesteps):
                x = scheduler.step(fake_model(x.float(), i), t, x, return_dict=False)[0].to(dtype)
                samples.append(x)
            out[f"{key}/{name}/samples"] = torch.stack(samples)
    scheduler = FlowMatchEulerDiscreteScheduler(shift=3)
    scheduler.set_timesteps(5)
    clean, eps = noise(31, 1, 2, 3), noise(32, 1, 2, 3)
    out |= {"partly/clean": clean, "partly/noise": eps,
            "partly/noised": scheduler.scale_noise(clean, scheduler.timesteps[2:3], eps)}
    save(FOLDER / "flow.safetensors", out)


if __name__ == "__main__":
    flow()
    schedules()
    sequences()
    training()
