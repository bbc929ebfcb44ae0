-- lockgate:retird column public.orders.total
SELECT 1;
-- lockgate:retired column note
