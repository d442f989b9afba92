"""What Bedside writes besides answers: each task turns an encounter's texts into sections whose sentences cite."""
