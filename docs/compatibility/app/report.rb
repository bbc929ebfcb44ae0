Order.sum(:total_cents)
