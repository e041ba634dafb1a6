"""The discrete-diffusion vision-language-action policy: network, data, training, export, reference decoder."""
