"""What the gateway shares with whoever prepares it: its address, and the partners' tokens. The service is `services.gateway`."""
