// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @notice A token as they were before their standard settled, or worse: `behave` says how `transferFrom` and `balanceOf` act from then on.
contract LegacyToken {
    /// @notice How the token acts.
    enum Behaviour {
        Standard,
        TakesFee,
        AnswersNothing,
        AnswersFalse,
        AnswersTwo,
        AnswersOneByte,
        AnswersMuch,
        MovesNothing,
        GivesTooMuch,
        RevertsWithReason,
        RevertsSilently,
        CallsBack,
        CallsBackAndInsists,
        HidesBalances,
        Burns
    }

    /// @notice The refusal of RevertsWithReason.
    error Paused(uint256 amount);

    /// @notice How the call of CallsBack ended.
    event CalledBack(bool success, bytes data);

    mapping(address account => uint256 amount) private _balances;
    /// @notice ERC-20.
    mapping(address owner => mapping(address spender => uint256 amount)) public allowance;
    /// @notice ERC-20.
    uint256 public totalSupply;
    /// @notice In percent, for TakesFee.
    uint256 public constant FEE = 3;

    uint8 private immutable DECIMALS;
    Behaviour private _behaviour;
    address private _target;
    bytes private _call;

    constructor(address holder, uint256 supply, uint8 decimals_) {
        _balances[holder] = supply;
        totalSupply = supply;
        DECIMALS = decimals_;
    }

    /// @notice Sets the behaviour; `target` and `call` are for those that call back.
    function behave(Behaviour behaviour, address target, bytes calldata call) external {
        (_behaviour, _target, _call) = (behaviour, target, call);
    }

    /// @notice Makes this contract an owner like any other: it approves `spender` for everything it holds.
    function approveAsToken(address spender) external {
        allowance[address(this)][spender] = type(uint256).max;
    }

    /// @notice ERC-20; reverts for a token that has 255.
    function decimals() external view returns (uint8) {
        require(DECIMALS != 255);
        return DECIMALS;
    }

    /// @notice ERC-20.
    function balanceOf(address account) external view returns (uint256) {
        require(_behaviour != Behaviour.HidesBalances);
        return _balances[account];
    }

    /// @notice ERC-20.
    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    /// @notice ERC-20, always well behaved.
    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount, amount);
        return true;
    }

    /// @notice ERC-20, as far as the behaviour goes.
    function transferFrom(address from, address to, uint256 amount) external {
        Behaviour behaviour = _behaviour;
        if (behaviour == Behaviour.RevertsWithReason) revert Paused(amount);
        if (behaviour == Behaviour.RevertsSilently) _end(false, 0, 0);
        if (behaviour == Behaviour.AnswersFalse) _end(true, 0, 32);
        if (behaviour == Behaviour.MovesNothing) _end(true, 1, 32);
        if (behaviour == Behaviour.CallsBack || behaviour == Behaviour.CallsBackAndInsists) _callBack(behaviour);
        allowance[from][msg.sender] -= amount;
        uint256 arrives = amount;
        if (behaviour == Behaviour.TakesFee) arrives = amount - amount * FEE / 100;
        if (behaviour == Behaviour.GivesTooMuch) arrives = 2 * amount;
        _move(from, to, amount, arrives);
        if (behaviour == Behaviour.Burns) _balances[to] = 0;
        if (behaviour == Behaviour.AnswersNothing) _end(true, 0, 0);
        if (behaviour == Behaviour.AnswersTwo) _end(true, 2, 32);
        if (behaviour == Behaviour.AnswersOneByte) _end(true, 1, 1);
        if (behaviour == Behaviour.AnswersMuch) _end(true, 1, 1000);
        _end(true, 1, 32);
    }

    function _move(address from, address to, uint256 amount, uint256 arrives) private {
        _balances[from] -= amount;
        _balances[to] += arrives;
    }

    function _callBack(Behaviour behaviour) private {
        (bool success, bytes memory data) = _target.call(_call);
        if (!success && behaviour == Behaviour.CallsBackAndInsists) {
            assembly {
                revert(add(data, 32), mload(data))
            }
        }
        emit CalledBack(success, data);
    }

    /// @dev Ends the call with the first `size` bytes of the word `answer`, followed by zeros.
    function _end(bool success, uint256 answer, uint256 size) private pure {
        assembly {
            let free := mload(0x40)
            calldatacopy(free, calldatasize(), size)
            mstore(free, answer)
            if iszero(success) { revert(free, size) }
            return(free, size)
        }
    }
}
