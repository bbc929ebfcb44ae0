order.unitPrice
