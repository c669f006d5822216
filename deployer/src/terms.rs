//! Parameters of the suite: what the genesis file says about services, budgets and rules.

use alloy::primitives::{Address, U256};
use omnit_abi::{
    IData::{self, rulesReturn, setRulesCall},
    IRewards::{self, purposeOfReturn, scheduleReturn},
    ISeason,
    IStaking::{
        self, limitsReturn, setLimitsCall, setServiceCall, setSlasherCall, setYieldCall, sourceCall, termsCall,
        termsReturn,
    },
};

use crate::{
    DeployError,
    economy::{Data, Economy, Season, Service},
    run::Run,
    suite::Suite,
};

/// Validators, whose duties data campaigns report.
const VALIDATOR: u8 = 1;
/// Purposes of the reserve that contracts draw from.
const VALIDATION: u8 = 0;
const DATA: u8 = 2;
const PARTICIPATION: u8 = 3;
/// Kinds of points that data campaigns report.
const DATA_POINTS: u8 = 1;
const VALIDATION_POINTS: u8 = 2;

/// Sets everything that is not set yet, for contracts whose parameters are the sender's.
pub(crate) async fn set(run: &mut Run<'_>, economy: &Economy, suite: &Suite) -> Result<(), DeployError> {
    if run.is_ours(suite.staking, suite.timelock).await? {
        staking(run, economy, suite).await?;
    }
    if run.is_ours(suite.rewards, suite.timelock).await? {
        rewards(run, economy, suite).await?;
    }
    if run.is_ours(suite.season, suite.timelock).await? {
        season(run, &economy.season, suite).await?;
    }
    if run.is_ours(suite.data, suite.timelock).await? {
        data(run, &economy.data, suite).await?;
    }
    Ok(())
}

async fn staking(run: &mut Run<'_>, economy: &Economy, suite: &Suite) -> Result<(), DeployError> {
    let (limits, contract) = (economy.limits, suite.staking);
    let [commission, step, cut] =
        [limits.max_commission_bps, limits.commission_step_bps, limits.max_cut_bps].map(U256::from);
    let call = setLimitsCall { maxCommissionBps: commission, commissionStepBps: step, maxCutBps: cut };
    let held = |limits: &limitsReturn| {
        (limits.maxCommissionBps, limits.commissionStepBps, limits.maxCutBps) == (commission, step, cut)
    };
    run.ensure("setting the limits of staking", contract, (&IStaking::limitsCall {}, held), &call).await?;
    for service in &economy.services {
        service_terms(run, contract, service).await?;
    }
    let source = suite.rewards;
    let held = (&sourceCall {}, |present: &Address| *present == source);
    run.ensure("letting staking draw its yield", contract, held, &IStaking::setSourceCall { source }).await?;
    let view = IStaking::isSlasherCall { service: VALIDATOR, slasher: suite.data };
    let call = setSlasherCall { service: VALIDATOR, slasher: suite.data, isSlasher: true };
    run.ensure("letting data campaigns report validators", contract, (&view, |is: &bool| *is), &call).await
}

async fn service_terms(run: &mut Run<'_>, staking: Address, service: &Service) -> Result<(), DeployError> {
    let call = setServiceCall {
        service: service.id,
        minimum: service.minimum.0,
        thawSecs: U256::from(service.thaw_secs),
        jailSecs: U256::from(service.jail_secs),
        missBps: U256::from(service.miss_bps),
        missesToJail: U256::from(service.misses_to_jail),
    };
    let wanted = call.clone();
    let held = move |terms: &termsReturn| {
        let is = (terms.minimum, terms.thawSecs, terms.jailSecs, terms.missBps, terms.missesToJail);
        is == (wanted.minimum, wanted.thawSecs, wanted.jailSecs, wanted.missBps, wanted.missesToJail)
    };
    let view = termsCall { service: service.id };
    run.ensure(&format!("setting the terms of service {}", service.name), staking, (&view, held), &call).await?;
    let [base, bonus] = [service.base_yield_bps, service.bonus_yield_bps].map(U256::from);
    let call = setYieldCall { service: service.id, baseBps: base, bonusBps: bonus };
    let held = |terms: &termsReturn| (terms.baseBps, terms.bonusBps) == (base, bonus);
    run.ensure(&format!("setting the yield of service {}", service.name), staking, (&view, held), &call).await
}

async fn rewards(run: &mut Run<'_>, economy: &Economy, suite: &Suite) -> Result<(), DeployError> {
    let contract = suite.rewards;
    let [validation, computation, data, participation] = economy.reserve.shares_bps.map(U256::from);
    let call = IRewards::setSharesCall { validation, computation, data, participation };
    let view = IRewards::purposeOfCall { purpose: VALIDATION };
    let held = |purpose: &purposeOfReturn| purpose.shareBps == validation && !validation.is_zero();
    run.ensure("setting the budgets of the reserve", contract, (&view, held), &call).await?;
    let drawers =
        [(VALIDATION, suite.staking, "staking"), (DATA, suite.data, "data"), (PARTICIPATION, suite.season, "season")];
    for (purpose, drawer, name) in drawers {
        let view = IRewards::drawerOfCall { purpose, drawer };
        let call = IRewards::setDrawerCall { purpose, drawer, epochLimit: U256::MAX };
        let held = |drawer: &IRewards::drawerOfReturn| !drawer.epochLimit.is_zero();
        run.ensure(&format!("letting {name} draw from the reserve"), contract, (&view, held), &call).await?;
    }
    let first = economy.reserve.first_epoch.0;
    let call = IRewards::startCall { firstEmission: first, startsAt: U256::ZERO };
    let held = |schedule: &scheduleReturn| schedule.firstEmission == first;
    run.ensure("starting the emission", contract, (&IRewards::scheduleCall {}, held), &call).await
}

async fn data(run: &mut Run<'_>, data: &Data, suite: &Suite) -> Result<(), DeployError> {
    let contract = suite.data;
    let call = setRulesCall {
        bond: data.bond.0,
        minReveals: data.min_reveals,
        quorumBps: data.quorum_bps,
        floorBps: data.floor_bps,
        distanceBps: data.distance_bps,
        wrongBps: data.wrong_bps,
        matchBps: data.match_bps,
        matchQuorumBps: data.match_quorum_bps,
        minWindowSecs: data.min_window_secs,
    };
    let wanted = call.clone();
    let held = move |rules: &rulesReturn| {
        let sizes = (rules.bond, rules.minReveals, rules.minWindowSecs);
        let shares = [rules.quorumBps, rules.floorBps, rules.distanceBps, rules.wrongBps];
        let matching = (rules.matchBps, rules.matchQuorumBps);
        sizes == (wanted.bond, wanted.minReveals, wanted.minWindowSecs)
            && shares == [wanted.quorumBps, wanted.floorBps, wanted.distanceBps, wanted.wrongBps]
            && matching == (wanted.matchBps, wanted.matchQuorumBps)
    };
    run.ensure("setting the rules of data campaigns", contract, (&IData::rulesCall {}, held), &call).await?;
    let source = suite.rewards;
    let held = (&IData::sourceCall {}, |present: &Address| *present == source);
    run.ensure("letting data campaigns be matched", contract, held, &IData::setSourceCall { source }).await?;
    let season = suite.season;
    let held = (&IData::seasonCall {}, |present: &Address| *present == season);
    run.ensure("letting data campaigns give points", contract, held, &IData::setSeasonCall { season }).await
}

async fn season(run: &mut Run<'_>, season: &Season, suite: &Suite) -> Result<(), DeployError> {
    let (contract, badge) = (suite.season, suite.badge);
    let held = (&ISeason::badgeCall {}, |present: &Address| *present == badge);
    run.ensure("letting seasons mint badges", contract, held, &ISeason::setBadgeCall { badge }).await?;
    for kind in [DATA_POINTS, VALIDATION_POINTS] {
        let view = ISeason::isReporterCall { kind, reporter: suite.data };
        let call = ISeason::setReporterCall { kind, reporter: suite.data, isReporter: true };
        let what = format!("accepting points of kind {kind} from data campaigns");
        run.ensure(&what, contract, (&view, |is: &bool| *is), &call).await?;
    }
    let [length, window, share] =
        [season.length_secs, season.window_secs, u64::from(season.max_share_bps)].map(U256::from);
    let call = ISeason::startCall { startsAt: U256::ZERO, lengthSecs: length, windowSecs: window, maxShareBps: share };
    let held =
        |first: &ISeason::seasonOfReturn| first.endsAt > first.startsAt && first.endsAt - first.startsAt == length;
    run.ensure("starting the seasons", contract, (&ISeason::seasonOfCall { season: 0 }, held), &call).await
}
