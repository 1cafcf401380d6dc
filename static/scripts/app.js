// grows below
